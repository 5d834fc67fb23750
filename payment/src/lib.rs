//! The payment provider: the client of its API, the pace of calls, the saga's actor, its events, and reconciliation.
//!
//! Nothing here decides whether a buyer gets anything: that is the engine's. What is to be done comes in as tasks, which
//! are read off the replicated state, and what came of them goes out as reports, which are compared with that state when
//! they are applied. So everything here may be done twice, by two nodes at once, or be lost with a node.

mod amounts;
pub mod client;
pub mod config;
pub mod metrics;
pub mod pace;
mod provider;
pub mod reconcile;
pub mod saga;
pub mod webhook;

pub use amounts::Amounts;
pub use provider::Provider;
