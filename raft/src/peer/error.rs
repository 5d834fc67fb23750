//! What can become of a request to another node.

use std::sync::Arc;
use std::time::Duration;

use super::Refusal;
use crate::types::NodeId;

/// Why a request to another node brought no answer. The first question is [`Error::may_have_happened`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No address is known for the node. Nothing was sent.
    #[error("no address is known for node {node}: add it to the cluster's configuration")]
    NoAddress {
        /// Who was asked.
        node: NodeId,
    },
    /// There is no connection. Nothing was sent.
    #[error("node {node} cannot be reached, nothing was sent: {why}")]
    Unreachable {
        /// Who was asked.
        node: NodeId,
        /// What the last attempt to connect came to.
        why: Arc<str>,
    },
    /// The connection has as much in flight as it may have, until the deadline. Nothing was sent.
    #[error("too much is in flight to node {node}, nothing was sent: try again later")]
    Overloaded {
        /// Who was asked.
        node: NodeId,
    },
    /// The request does not fit a frame. Nothing was sent.
    #[error(
        "a request of {bytes} bytes to node {node} exceeds the frame limit of {bytes_max}: \
         make batches smaller or raise the limit on every node"
    )]
    TooLarge {
        /// Who was asked.
        node: NodeId,
        /// The size of the request.
        bytes: usize,
        /// The size that is allowed.
        bytes_max: usize,
    },
    /// The node answered that it did not do, or did not finish, what was asked.
    #[error("node {node} refused: {refusal}")]
    Refused {
        /// Who was asked.
        node: NodeId,
        /// Its reason.
        refusal: Refusal,
    },
    /// The request was sent and no answer came before the deadline.
    #[error("node {node} did not answer within {after:?}; what was asked may have been done")]
    Timeout {
        /// Who was asked.
        node: NodeId,
        /// How long the answer was waited for.
        after: Duration,
    },
    /// The request was sent and the connection ended before the answer.
    #[error(
        "the connection to node {node} ended before the answer, what was asked may have been done: {why}"
    )]
    Lost {
        /// Who was asked.
        node: NodeId,
        /// What ended the connection.
        why: Arc<str>,
    },
    /// The answer is not one that this version understands.
    #[error("the answer of node {node} cannot be read, what was asked may have been done: {why}")]
    Unreadable {
        /// Who was asked.
        node: NodeId,
        /// What is wrong with it.
        why: Arc<str>,
    },
}

impl Error {
    /// Whether the request may have had an effect: if so its outcome is *unknown*, and only a request that can be
    /// repeated may be. If not, nothing has happened and nothing will.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::NoAddress { .. }
            | Self::Unreachable { .. }
            | Self::Overloaded { .. }
            | Self::TooLarge { .. } => false,
            Self::Refused { refusal, .. } => refusal.may_have_happened(),
            Self::Timeout { .. } | Self::Lost { .. } | Self::Unreadable { .. } => true,
        }
    }
}
