//! The way of a request to its shard's leader, from whichever node it entered.

mod forward;
mod router;
mod standing;

pub use forward::{ForwardReply, Forwarder};
pub use router::{Route, Router};
pub use standing::Standings;
