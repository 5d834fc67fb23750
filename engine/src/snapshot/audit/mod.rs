//! The self-audit of one replica: every product's books against a recount of its reservations and orders, and every
//! order against its charge.

mod alarms;
mod charges;
mod first;
mod payments;
mod product;
mod takings;

pub use alarms::{OpenAlarm, OpenAlarms};
pub use charges::{Fault, Mismatch, PaymentAudit};
pub use first::{FIRST_MAX, First};
pub use payments::Payments;
pub use product::ProductAudit;
pub use takings::Takings;
