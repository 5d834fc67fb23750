//! Log time: the only time the engine knows. Batches carry it; nothing here reads a clock.

use bincode::{Decode, Encode};

/// A moment of log time, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct LogTime(pub u64);

impl LogTime {
    /// A moment that never comes.
    pub const NEVER: LogTime = LogTime(u64::MAX);

    /// The moment `span` later; a sum beyond the end of time is [`LogTime::NEVER`].
    pub fn after(self, span: Span) -> LogTime {
        LogTime(self.0.saturating_add(span.0))
    }

    /// How long before `self` the moment `earlier` was; nothing if it was not earlier.
    pub fn since(self, earlier: LogTime) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// A length of log time, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Span(pub u64);

impl Span {
    /// A span of whole seconds.
    pub const fn from_secs(seconds: u64) -> Span {
        Span(seconds * 1_000)
    }
}
