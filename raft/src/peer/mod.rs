//! How nodes talk: one multiplexed, pipelined connection for each ordered pair of nodes.
//!
//! - `stream/`: frames on a byte stream: the format, reading and writing, the hello, and what may be in flight.
//! - `wire/`: openraft's messages as bytes.
//! - `outgoing/`: [`Peers`] dials the others, calls them, and is openraft's network.
//! - `incoming/`: [`Server`] accepts connections and hands requests to a [`Handler`].
//!
//! A node dials every other node and asks over the connection that it dialled; answers come back on the same
//! connection. Everything is bounded: the size of a frame, what waits to be written, what is unanswered, the
//! number of connections. Every request has a deadline. Whoever asks learns whether a request that failed may
//! have had an effect ([`Error::may_have_happened`]).
//!
//! What carries the bytes is a [`Transport`]. Mutual TLS will wrap its streams between connecting and the hello: from
//! there on everything is generic over `AsyncRead` and `AsyncWrite`.

pub(crate) mod acquaintances;
mod counters;
mod error;
mod incoming;
mod log_limit;
mod options;
mod outgoing;
mod refusal;
mod snapshot;
pub(crate) mod stream;
mod transport;
pub(crate) mod wire;

pub use acquaintances::{Acquaintances, Unreadable};
pub use counters::{Counters, Direction};
pub use error::Error;
pub use incoming::{Handler, Server, ServerHandle};
pub use options::Options;
pub use outgoing::{Network, Networks, Peers};
pub use refusal::Refusal;
pub use snapshot::{SnapshotSink, SnapshotSource};
pub use stream::Kind;
pub use transport::{Listener, Stream, Tcp, Transport};

/// What a generic call asks for. The numbers belong to the modules that define calls; the transport only carries them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallKind(pub u8);
