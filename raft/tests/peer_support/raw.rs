//! The other end of a connection, byte by byte.

use std::time::Duration;

use raft::peer::{CallKind, Peers};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};

use super::{PATIENCE, options};
use raft::types::NodeId;

/// The bytes of the hello that node `from` says to node `to`, as it says them to a listener that is not a node.
pub async fn recorded_hello(from: NodeId, to: NodeId) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let peers = Peers::new(options(from), [(to, address)]);
    let calling =
        peers.call(to, 0, CallKind(0), bytes::Bytes::new(), Instant::now() + Duration::from_millis(400));
    let hearing = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let length = stream.read_u32_le().await.unwrap();
        let mut hello = length.to_le_bytes().to_vec();
        hello.resize(4 + length as usize, 0);
        stream.read_exact(&mut hello[4..]).await.unwrap();
        hello
    };
    let (_, hello) = tokio::join!(calling, hearing);
    peers.shutdown().await;
    hello
}

/// A frame, as `stream/frame.rs` describes it.
pub fn frame(kind: u8, shard: u16, request: u64, time_left_ms: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = (15 + u32::try_from(body.len()).unwrap()).to_le_bytes().to_vec();
    bytes.push(kind);
    bytes.extend_from_slice(&shard.to_le_bytes());
    bytes.extend_from_slice(&request.to_le_bytes());
    bytes.extend_from_slice(&time_left_ms.to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// Reads one frame: its kind, request and body.
pub async fn read_frame(stream: &mut TcpStream) -> (u8, u64, Vec<u8>) {
    let reading = async {
        let length = stream.read_u32_le().await.unwrap();
        let mut frame = vec![0; length as usize];
        stream.read_exact(&mut frame).await.unwrap();
        (frame[0], u64::from_le_bytes(frame[3..11].try_into().unwrap()), frame[15..].to_vec())
    };
    timeout(PATIENCE, reading).await.expect("a frame comes")
}

/// Writes bytes, and waits until the other side has closed the connection; whatever it says before is returned.
pub async fn write_until_closed(stream: &mut TcpStream, bytes: &[u8]) -> Vec<u8> {
    // Writing may fail half way: the other side closes as soon as it has seen enough.
    let written = stream.write_all(bytes).await;
    let mut said = Vec::new();
    let closed = timeout(PATIENCE, stream.read_to_end(&mut said)).await;
    assert!(
        closed.is_ok(),
        "the other side leaves the connection open after {} bytes ({written:?})",
        bytes.len()
    );
    said
}
