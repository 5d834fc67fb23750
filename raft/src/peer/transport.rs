//! What carries bytes between nodes: TCP, or what a simulation puts in its place.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

/// One end of a connection, whose two directions are used apart.
pub struct Stream {
    /// What the other side says.
    pub reader: Box<dyn AsyncRead + Send + Unpin>,
    /// What it is told.
    pub writer: Box<dyn AsyncWrite + Send + Unpin>,
}

/// Opens connections.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Connects to `host:port`. Names are looked up every time. Takes as long as it takes: the caller has a deadline.
    fn dial<'a>(&'a self, address: &'a str) -> BoxFuture<'a, io::Result<Stream>>;
}

/// Takes connections that others open.
pub trait Listener: Send + 'static {
    /// The next connection, and where it comes from. Cancel safe.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Stream, SocketAddr)>> + Send;

    /// Where it listens.
    ///
    /// # Errors
    /// If it is not bound.
    fn address(&self) -> io::Result<SocketAddr>;
}

/// Connections over TCP.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tcp;

impl Transport for Tcp {
    fn dial<'a>(&'a self, address: &'a str) -> BoxFuture<'a, io::Result<Stream>> {
        Box::pin(async move { halves(TcpStream::connect(address).await?) })
    }
}

impl Listener for TcpListener {
    async fn accept(&mut self) -> io::Result<(Stream, SocketAddr)> {
        let (stream, from) = TcpListener::accept(self).await?;
        Ok((halves(stream)?, from))
    }

    fn address(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }
}

/// Frames are written whole, so nothing is gained by waiting for more.
fn halves(stream: TcpStream) -> io::Result<Stream> {
    stream.set_nodelay(true)?;
    let (reader, writer) = stream.into_split();
    Ok(Stream { reader: Box::new(reader), writer: Box::new(writer) })
}
