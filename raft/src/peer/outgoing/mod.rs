//! The connections that this node dials, and openraft's network over them.

mod answer;
mod append_stream;
mod dial;
mod link;
mod network;
mod outage;
mod peer;
mod peers;
mod pending;
mod send_snapshot;

pub use network::{Network, Networks};
pub use peers::Peers;
