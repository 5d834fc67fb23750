//! Frames on a byte stream: the format, reading and writing, the hello, and what may be in flight.

mod budget;
mod frame;
mod hello;
mod kind;
mod outbox;
mod read;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
mod write;

pub(crate) use budget::{Budget, Permit};
pub(crate) use frame::{Frame, Header, Outgoing, body_bytes, body_bytes_max};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use hello::{Dismissal, Hello};
pub(crate) use hello::{Greeted, HelloError, admit, greet};
pub use kind::Kind;
pub(crate) use outbox::{Class, Outbox, outbox};
pub(crate) use read::{FrameReader, ReadError};
pub(crate) use write::write_frames;
