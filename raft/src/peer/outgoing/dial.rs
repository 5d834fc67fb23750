//! Opens connections: TCP, then the hello.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use crate::peer::stream::{FrameReader, Greeted, HelloError, greet};
use crate::peer::{Counters, Options};
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

/// Connects to `node` at `address`, within the time that options give. Names are looked up every time.
pub(super) async fn dial(
    options: &Options,
    node: NodeId,
    address: &Arc<str>,
    counters: Arc<Counters>,
) -> Result<Greeted<OwnedReadHalf, OwnedWriteHalf>, DialError> {
    let after = options.connect_timeout;
    let dialled = async {
        let connect_error = |error| DialError::Connect { address: address.clone(), error };
        let stream = TcpStream::connect(address.as_ref()).await.map_err(connect_error)?;
        stream.set_nodelay(true).map_err(connect_error)?;
        let (reader, writer) = stream.into_split();
        let reader = FrameReader::new(reader, options.frame_bytes_max, counters);
        let greeted = greet(reader, writer, options, node).await;
        greeted.map_err(|error| DialError::Hello { address: address.clone(), error })
    };
    timeout(after, dialled).await.unwrap_or_else(|_| Err(DialError::Slow { address: address.clone(), after }))
}
