//! Another node in the place of one.

use serde::Serialize;

/// A node that goes, and one that comes in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The one that goes.
    pub old: u64,
    /// The one that comes.
    pub new: u64,
    /// Where the others reach the one that comes, `host:port`.
    pub peer: String,
}

/// How far a replacement is.
#[derive(Clone, Debug, Serialize)]
pub struct ReplacementStatus {
    /// The node that goes.
    pub old: u64,
    /// The node that comes.
    pub new: u64,
    /// Whether nothing is left to be done.
    pub done: bool,
    /// Every shard.
    pub shards: Vec<ReplacementShard>,
    /// What is waited for once all shards are done.
    pub waiting: Option<String>,
}

/// How far a shard is with a replacement.
#[derive(Clone, Debug, Serialize)]
pub struct ReplacementShard {
    /// Its number.
    pub id: u16,
    /// How far it is.
    #[serde(flatten)]
    pub stage: ReplacementStage,
}

/// How far a shard is with a replacement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum ReplacementStage {
    /// The new node has the old one's place.
    Done,
    /// The new node is being told of.
    Adding,
    /// The new node is behind by so many entries; not known before it has any.
    CatchingUp {
        /// How many entries it lacks.
        behind: Option<u64>,
    },
    /// The old node leads, and hands over.
    HandingOver,
    /// The new node is taking the old one's place.
    Swapping,
    /// Something has to be there first.
    Waiting {
        /// What, for people.
        reason: String,
    },
}

/// Why a replacement was not taken further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReplaced {
    /// It is not to be, now or ever, for a reason, for people.
    Refused(String),
    /// This node cannot do it: another is to be asked.
    AskAnother,
}
