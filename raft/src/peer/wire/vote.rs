//! Votes and pre-votes.

use bincode::{Decode, Encode};

use crate::mirror::{LogId, Vote};
use crate::types::Types;

/// Asks for a vote, or whether one would be given.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct VoteRequest {
    pub(crate) vote: Vote,
    last: Option<LogId>,
    leadership_transfer: bool,
}

impl From<openraft::raft::VoteRequest<Types>> for VoteRequest {
    fn from(request: openraft::raft::VoteRequest<Types>) -> Self {
        Self {
            vote: request.vote.into(),
            last: request.last_log_id.map(Into::into),
            leadership_transfer: request.leadership_transfer,
        }
    }
}

impl From<VoteRequest> for openraft::raft::VoteRequest<Types> {
    fn from(request: VoteRequest) -> Self {
        Self {
            vote: request.vote.into(),
            last_log_id: request.last.map(Into::into),
            leadership_transfer: request.leadership_transfer,
        }
    }
}

/// The answer to either.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct VoteAnswer {
    vote: Vote,
    granted: bool,
    last: Option<LogId>,
}

impl From<openraft::raft::VoteResponse<Types>> for VoteAnswer {
    fn from(answer: openraft::raft::VoteResponse<Types>) -> Self {
        Self {
            vote: answer.vote.into(),
            granted: answer.vote_granted,
            last: answer.last_log_id.map(Into::into),
        }
    }
}

impl From<VoteAnswer> for openraft::raft::VoteResponse<Types> {
    fn from(answer: VoteAnswer) -> Self {
        Self {
            vote: answer.vote.into(),
            vote_granted: answer.granted,
            last_log_id: answer.last.map(Into::into),
        }
    }
}
