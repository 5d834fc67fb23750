//! The first exchange on a connection: do these two mean each other?
//!
//! Whoever dials says who it is and whom it wants; the other agrees, or says why not and closes.

use std::time::Duration;

use bincode::{Decode, Encode};
use bytes::Bytes;
use engine::codec;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::{Frame, FrameReader, Header, Kind, Outgoing, ReadError};
use crate::peer::Options;
use crate::peer::acquaintances::Unacquainted;
use crate::types::NodeId;

/// What marks a stream as ours.
const MAGIC: [u8; 8] = *b"flashpee";
/// The version of everything that follows the hello. A later version may speak an earlier one to those who know no other.
const PROTOCOL: u16 = 1;
/// The largest frame of the hello, in bytes.
const HELLO_BYTES_MAX: usize = 1024;

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Hello {
    pub(crate) magic: [u8; 8],
    pub(crate) protocol: u16,
    pub(crate) cluster: String,
    pub(crate) from: NodeId,
    pub(crate) to: NodeId,
    /// The data directory that `from` is known by.
    pub(crate) instance: u128,
}

/// What is said instead of a welcome.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Dismissal {
    pub(crate) reason: String,
    /// Whether the one that is turned away is known by another data directory, or is retired: it is to end.
    pub(crate) stranger: bool,
}

/// Why two ends of a connection do not talk.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HelloError {
    #[error("the hello was not exchanged within {0:?}")]
    Silent(Duration),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("writing the hello failed: {0}")]
    Write(#[from] std::io::Error),
    #[error("the other side closed the connection instead of a hello")]
    Closed,
    #[error("the other side does not speak this protocol: {0}")]
    Foreign(String),
    #[error("turned away by the other side: {0}")]
    TurnedAway(String),
    #[error("{0}")]
    Mismatch(String),
    #[error(transparent)]
    Unacquainted(#[from] Unacquainted),
}

/// What is known once both sides agreed.
#[derive(Debug)]
pub(crate) struct Greeted<R, W> {
    /// The node at the other end.
    pub(crate) node: NodeId,
    pub(crate) reader: FrameReader<R>,
    pub(crate) writer: W,
}

/// Says hello to `to`, over a stream that this node opened.
pub(crate) async fn greet<R, W>(
    mut reader: FrameReader<R>,
    mut writer: W,
    options: &Options,
    to: NodeId,
) -> Result<Greeted<R, W>, HelloError>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    reader.limit(HELLO_BYTES_MAX);
    let hello = Hello {
        magic: MAGIC,
        protocol: PROTOCOL,
        cluster: options.cluster.clone(),
        from: options.node,
        to,
        instance: options.acquaintances.own(),
    };
    write(&mut writer, Kind::Hello, codec::encode(&hello)).await?;
    let answer = reader.next().await?.ok_or(HelloError::Closed)?;
    let welcome = match answer.header.kind {
        Kind::Welcome => welcomed(&answer, &hello)?,
        Kind::TurnedAway => return Err(turned_away(&answer, options)),
        kind => return Err(HelloError::Foreign(format!("its first frame is a {kind:?}"))),
    };
    options.acquaintances.meet(welcome.from, welcome.instance).await?;
    let node = welcome.from;
    reader.limit(options.frame_bytes_max);
    Ok(Greeted { node, reader, writer })
}

/// Hears the hello on a stream that another node opened, and agrees or turns it away.
pub(crate) async fn admit<R, W>(
    mut reader: FrameReader<R>,
    mut writer: W,
    options: &Options,
) -> Result<Greeted<R, W>, HelloError>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    reader.limit(HELLO_BYTES_MAX);
    let first = reader.next().await?.ok_or(HelloError::Closed)?;
    let hello = heard(&first)?;
    if let Err(error) = agree(&hello, options).await {
        let stranger = matches!(&error, HelloError::Unacquainted(why) if why.is_final());
        let dismissal = Dismissal { reason: error.to_string(), stranger };
        write(&mut writer, Kind::TurnedAway, codec::encode(&dismissal)).await?;
        writer.shutdown().await?;
        return Err(error);
    }
    let instance = options.acquaintances.own();
    let welcome = Hello { from: hello.to, to: hello.from, instance, ..hello };
    write(&mut writer, Kind::Welcome, codec::encode(&welcome)).await?;
    reader.limit(options.frame_bytes_max);
    Ok(Greeted { node: welcome.to, reader, writer })
}

async fn agree(hello: &Hello, options: &Options) -> Result<(), HelloError> {
    match mismatch(hello, options) {
        Some(mismatch) => Err(HelloError::Mismatch(mismatch)),
        None => Ok(options.acquaintances.meet(hello.from, hello.instance).await?),
    }
}

fn heard(frame: &Frame) -> Result<Hello, HelloError> {
    if frame.header.kind != Kind::Hello {
        return Err(HelloError::Foreign(format!("its first frame is a {:?}", frame.header.kind)));
    }
    let hello: Hello = codec::decode(&frame.body).map_err(|error| HelloError::Foreign(error.to_string()))?;
    match hello.magic {
        MAGIC => Ok(hello),
        magic => Err(HelloError::Foreign(format!("its hello begins with {}", magic.escape_ascii()))),
    }
}

/// What keeps the two apart, in words that name both.
fn mismatch(hello: &Hello, options: &Options) -> Option<String> {
    let Options { cluster, node, .. } = options;
    let Hello { from, to, protocol, .. } = hello;
    if *protocol != PROTOCOL {
        return Some(format!(
            "node {from} speaks protocol {protocol}, node {node} speaks protocol {PROTOCOL}"
        ));
    }
    if hello.cluster != *cluster {
        let theirs = &hello.cluster;
        return Some(format!(
            "node {from} belongs to cluster {theirs:?}, node {node} to cluster {cluster:?}"
        ));
    }
    if to != node {
        return Some(format!(
            "node {from} dialled node {to} and reached node {node}: check the address of node {to}"
        ));
    }
    (from == node).then(|| format!("node {from} dialled itself, or another node has its id"))
}

fn welcomed(answer: &Frame, hello: &Hello) -> Result<Hello, HelloError> {
    let welcome: Hello =
        codec::decode(&answer.body).map_err(|error| HelloError::Foreign(error.to_string()))?;
    let expected = Hello { from: hello.to, to: hello.from, instance: welcome.instance, ..hello.clone() };
    if welcome == expected {
        return Ok(welcome);
    }
    Err(HelloError::Mismatch(format!("said {hello:?} and was answered {welcome:?}")))
}

/// Why this node was turned away. To be a stranger to one of the others is the end of it.
fn turned_away(answer: &Frame, options: &Options) -> HelloError {
    match codec::decode::<Dismissal>(&answer.body) {
        Ok(Dismissal { reason, stranger }) => {
            if stranger {
                options.acquaintances.disown(&reason);
            }
            HelloError::TurnedAway(reason)
        }
        Err(error) => HelloError::TurnedAway(format!("for a reason that cannot be read: {error}")),
    }
}

async fn write<W: AsyncWrite + Unpin>(writer: &mut W, kind: Kind, body: Vec<u8>) -> std::io::Result<()> {
    let (head, body) = Outgoing::new(Header::bare(kind, 0), vec![Bytes::from(body)]).into_parts();
    let bytes: Vec<u8> = head.into_iter().chain(body.into_iter().flatten()).collect();
    writer.write_all(&bytes).await?;
    writer.flush().await
}
