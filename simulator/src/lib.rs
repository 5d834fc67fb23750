//! A payment provider to test against: Stripe's payment API over HTTP, with a ledger that survives restarts, webhooks,
//! and faults by script.
//!
//! Clients cannot tell it from the provider by statuses, errors, retries, replays or signatures: the suites in
//! `conformance/` drive it through the official Python and Node clients. `docs/simulator.md` says what it does, what it
//! does not, and how faults are scripted.
//!
//! This crate depends on no other of the workspace, on purpose: a simulator that shared code with the client that is
//! tested against it would share its misunderstandings, and then the two would agree on what is wrong.
//!
//! ```no_run
//! # async fn example() -> Result<(), simulator::Error> {
//! let running = simulator::Simulator::start(simulator::Options::new("simulator-data")).await?;
//! println!("point your client at {}", running.url());
//! running.shutdown().await;
//! # Ok(())
//! # }
//! ```

// The provider's objects have more fields than `json!` nests by default.
#![recursion_limit = "256"]

mod account;
mod api;
mod audit;
mod book;
mod card;
mod clock;
mod control;
mod currency;
mod error;
mod faults;
mod form;
mod id;
mod idempotency;
mod in_process;
mod ledger;
mod limits;
mod object;
mod options;
mod provider;
mod render;
mod server;
mod simulator;
mod start;
mod version;
mod webhooks;

pub use account::Account;
pub use audit::{AccountAudit, Audit, AuditedCharge, AuditedIntent, AuditedKey, AuditedRefund, Totals};
pub use clock::Time;
pub use error::Error;
pub use faults::{Script, ScriptError};
pub use in_process::InProcess;
pub use ledger::LedgerError;
pub use limits::Rates;
pub use object::{ChargeStatus, IntentStatus, RefundStatus};
pub use options::{Options, PORT, Webhooks};
pub use simulator::{Running, Simulator};
pub use version::API_VERSION;
