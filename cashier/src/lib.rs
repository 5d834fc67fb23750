//! The payment saga at work for a node: what is to be done goes from the node's desk to the saga, what came of it into the
//! log of its shard, and payments are let in as far as the provider can serve them in time.
//!
//! The only place that knows both `raft` and `payment`.

mod cashier;
mod gate;
mod journal;
mod till;

pub use cashier::Cashier;
pub use till::Till;
