//! Opens connections: the stream, then the hello.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use crate::peer::stream::{FrameReader, Greeted, HelloError, greet};
use crate::peer::{Counters, Options, Stream};
use crate::types::NodeId;

/// A connection that was not made.
#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    #[error("connecting to {address} failed: {error}")]
    Connect { address: Arc<str>, error: std::io::Error },
    #[error("connecting to {address} was not done after {after:?}")]
    Slow { address: Arc<str>, after: std::time::Duration },
    #[error("the node at {address} is not the one that was dialled: {error}")]
    Hello { address: Arc<str>, error: HelloError },
}

/// What is read from a node that was dialled, and what it is told.
pub(super) type Dialled = Greeted<Box<dyn AsyncRead + Send + Unpin>, Box<dyn AsyncWrite + Send + Unpin>>;

/// Connects to `node` at `address`, within the time that options give.
pub(super) async fn dial(
    options: &Options,
    node: NodeId,
    address: &Arc<str>,
    counters: Arc<Counters>,
) -> Result<Dialled, DialError> {
    let after = options.connect_timeout;
    let dialled = async {
        let connect_error = |error| DialError::Connect { address: address.clone(), error };
        let Stream { reader, writer } = options.transport.dial(address).await.map_err(connect_error)?;
        let reader = FrameReader::new(reader, options.frame_bytes_max, counters);
        let greeted = greet(reader, writer, options, node).await;
        greeted.map_err(|error| DialError::Hello { address: address.clone(), error })
    };
    timeout(after, dialled).await.unwrap_or_else(|_| Err(DialError::Slow { address: address.clone(), after }))
}
