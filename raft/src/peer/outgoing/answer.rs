//! What openraft is told of an answer, or of why there is none.

use bincode::Decode;
use openraft::RPCTypes;
use openraft::errors::{NetworkError, RPCError, Timeout, Unreachable};

use crate::peer::{Error, wire};
use crate::types::{NodeId, Types};

/// The message that an answer's body is.
pub(super) fn read_answer<A: Decode<()>>(node: NodeId, body: &[u8]) -> Result<A, Error> {
    wire::decode(body).map_err(|error| Error::Unreadable { node, why: error.to_string().into() })
}

/// openraft waits before it tries an unreachable node again, and tries at once after other errors.
pub(super) fn rpc_error(node: NodeId, target: NodeId, action: RPCTypes, error: &Error) -> RPCError<Types> {
    match error {
        Error::Timeout { after, .. } => {
            RPCError::Timeout(Timeout { action, id: node, target, timeout: *after })
        }
        Error::Lost { .. } => RPCError::Network(NetworkError::new(error)),
        _ => RPCError::Unreachable(Unreachable::new(error)),
    }
}
