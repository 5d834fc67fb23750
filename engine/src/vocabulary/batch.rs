//! Batches: the commands of one log entry, with the time and the rules they are applied by.

use bincode::{Decode, Encode};

use super::command::Command;
use super::idempotency::Fingerprint;
use super::time::LogTime;

/// The version of the rules that this software was written for.
pub const RULES: u16 = 1;

/// The content of one log entry. An empty one is a tick: it only moves time on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Batch {
    /// Log time. A batch that claims an earlier time than the one before is applied at that one's time.
    pub now: LogTime,
    /// The rules that its leader applied.
    pub rules: u16,
    /// In the order in which the leader received them.
    pub proposals: Vec<Proposal>,
}

/// A command, and under which conditions it may take effect.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Proposal {
    /// What shall be done.
    pub command: Command,
    /// The idempotency key that it came with, if any.
    pub key: Option<Fingerprint>,
    /// After this moment nobody waits for it any more, and it must not take effect.
    pub not_after: LogTime,
}

impl Proposal {
    /// A proposal without key and deadline, as the shard itself makes.
    pub fn of(command: Command) -> Proposal {
        Proposal { command, key: None, not_after: LogTime::NEVER }
    }
}
