//! The API: its routes, and one file for what each of them does.
//!
//! A request is first parsed into an [`Operation`]: what fails there was never executed, and is not remembered under an
//! idempotency key. Then the operation is executed as one step on the books.

mod charges;
mod events;
mod intents;
mod operation;
mod page;
mod payment_methods;
mod refunds;
mod route;
mod webhook_endpoints;

pub(crate) use intents::authenticate;
pub(crate) use operation::{Operation, Subject};
pub(crate) use route::{Route, find};
pub(crate) use webhook_endpoints::subscribe;
