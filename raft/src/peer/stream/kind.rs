//! What a frame is.

/// What a frame is. The numbers are the wire format: they are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// The first frame of whoever dials.
    Hello = 1,
    /// The answer to a hello that is welcome.
    Welcome = 2,
    /// The answer to a hello that is not, before the connection is closed.
    TurnedAway = 3,
    /// Are you there?
    Ping = 4,
    /// I am.
    Pong = 5,
    /// Append entries, in order with the others of the same shard.
    Append = 16,
    /// Append nothing: a leader's sign of life, which overtakes appends.
    Heartbeat = 17,
    /// Ask for a vote.
    Vote = 18,
    /// Ask whether a vote would be given.
    PreVote = 19,
    /// Hand leadership over.
    TransferLeader = 20,
    /// A snapshot is coming.
    SnapshotBegin = 21,
    /// A piece of a snapshot.
    SnapshotChunk = 22,
    /// The snapshot is complete: install it.
    SnapshotEnd = 23,
    /// The snapshot is not needed any more. Has no answer.
    SnapshotCancel = 24,
    /// A call that another module defines.
    Call = 32,
    /// The answer to a request.
    Answer = 64,
    /// The answer to a request that was not carried out, or not to the end.
    Refusal = 65,
}

impl Kind {
    /// The kind with this number, if there is one.
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Hello,
            2 => Self::Welcome,
            3 => Self::TurnedAway,
            4 => Self::Ping,
            5 => Self::Pong,
            16 => Self::Append,
            17 => Self::Heartbeat,
            18 => Self::Vote,
            19 => Self::PreVote,
            20 => Self::TransferLeader,
            21 => Self::SnapshotBegin,
            22 => Self::SnapshotChunk,
            23 => Self::SnapshotEnd,
            24 => Self::SnapshotCancel,
            32 => Self::Call,
            64 => Self::Answer,
            65 => Self::Refusal,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_kinds_agree() {
        let kinds: Vec<Kind> = (0..=u8::MAX).filter_map(Kind::from_byte).collect();
        assert_eq!(kinds.len(), 17);
        assert!((0..=u8::MAX).all(|byte| Kind::from_byte(byte).is_none_or(|kind| kind as u8 == byte)));
    }
}
