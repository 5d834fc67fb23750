//! What travels to a shard's leader, and what comes back.

use bincode::{Decode, Encode};
use engine::{Answer, Command, LogTime, Query, Refusal, Scope};

use crate::types::LeaderId;

/// One leadership of a shard: who leads, in which term. A request is addressed to one and worth nothing in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Leadership {
    /// The term.
    pub term: u64,
    /// The node that leads in it.
    pub node: u64,
}

impl From<LeaderId> for Leadership {
    fn from(leader: LeaderId) -> Leadership {
        Leadership { term: leader.term, node: leader.node_id }
    }
}

impl From<Leadership> for LeaderId {
    fn from(leadership: Leadership) -> LeaderId {
        LeaderId { term: leadership.term, node_id: leadership.node }
    }
}

/// What somebody wants of a shard.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Ask {
    /// That something be done.
    Command(Command, Option<Scope>),
    /// To know something, linearizably.
    Query(Query),
}

impl Ask {
    /// Whether asking twice comes to the same as asking once. With a key it does; without one, only where the second
    /// finds what the first did and answers alike, or where nobody minds: what a saga reports is compared with the state.
    pub fn is_repeatable(&self) -> bool {
        match self {
            Ask::Query(_)
            | Ask::Command(_, Some(_))
            | Ask::Command(
                Command::Cancel(_) | Command::Confirm(_) | Command::Report(_) | Command::Notice(_),
                None,
            ) => true,
            // A product put in the meantime by somebody else would be put back by the first send, if that comes late.
            Ask::Command(_, None) => false,
        }
    }
}

/// An ask on its way to the leader.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Request {
    /// What is wanted.
    pub ask: Ask,
    /// To which leadership it was addressed.
    pub leadership: Leadership,
    /// When its caller asked, however often it was sent since, by the leader's log clock as its sender knew it: never
    /// later than it truly was.
    pub sent_at: LogTime,
    /// When its sender ceases to wait, by the same clock. After that it must not take effect.
    pub not_after: LogTime,
}

/// What the leader says.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Reply {
    /// It is done, or known.
    Done {
        /// What the caller gets to see.
        answer: Answer,
        /// Whether it had been done before, under the same key.
        replayed: bool,
    },
    /// It is not done, and changed nothing.
    Refused(Refusal),
    /// Nothing happened, and here nothing will.
    NotDone(Obstacle),
    /// It was proposed, and what came of it is not known here.
    Unknown,
}

/// Why nothing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Obstacle {
    /// This node does not lead the shard, or not any more in the leadership addressed.
    NotLeader,
    /// Its time was up before it was looked at, or a later send of its key has been answered, or may have been.
    TooLate,
    /// Too much is waiting already.
    Overloaded,
}
