//! Transfer of leadership.

use bincode::{Decode, Encode};
use openraft::raft::{TransferLeaderError, TransferLeaderRequest, TransferLeaderResponse};

use crate::mirror::{LogId, Vote};
use crate::types::{NodeId, Types};

/// Tells a node that leadership goes to `to`, which needs the log up to `last` for it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct TransferLeader {
    pub(crate) from: Vote,
    to: NodeId,
    last: Option<LogId>,
}

impl From<TransferLeaderRequest<Types>> for TransferLeader {
    fn from(request: TransferLeaderRequest<Types>) -> Self {
        Self {
            from: (*request.from_leader()).into(),
            to: *request.to_node_id(),
            last: request.last_log_id().map(|&id| id.into()),
        }
    }
}

impl From<TransferLeader> for TransferLeaderRequest<Types> {
    fn from(request: TransferLeader) -> Self {
        Self::new(request.from.into(), request.to, request.last.map(Into::into))
    }
}

/// What the node made of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) enum TransferAnswer {
    Accepted,
    VoteChanged { expected: Vote, actual: Vote },
    LogNotFlushed { expected: Option<LogId>, actual: Option<LogId> },
}

impl From<TransferLeaderResponse<Types>> for TransferAnswer {
    fn from(answer: TransferLeaderResponse<Types>) -> Self {
        match answer {
            Ok(()) => Self::Accepted,
            Err(TransferLeaderError::VoteChanged { expected, actual }) => {
                Self::VoteChanged { expected: expected.into(), actual: actual.into() }
            }
            Err(TransferLeaderError::LogNotFlushed { expected, actual }) => {
                Self::LogNotFlushed { expected: expected.map(Into::into), actual: actual.map(Into::into) }
            }
        }
    }
}

impl From<TransferAnswer> for TransferLeaderResponse<Types> {
    fn from(answer: TransferAnswer) -> Self {
        match answer {
            TransferAnswer::Accepted => Ok(()),
            TransferAnswer::VoteChanged { expected, actual } => {
                Err(TransferLeaderError::VoteChanged { expected: expected.into(), actual: actual.into() })
            }
            TransferAnswer::LogNotFlushed { expected, actual } => Err(TransferLeaderError::LogNotFlushed {
                expected: expected.map(Into::into),
                actual: actual.map(Into::into),
            }),
        }
    }
}
