//! Opening and taking connections.

use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use raft::peer::{Listener, Stream, Transport};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::pipe::{Pipe, Reader, Writer};
use super::traffic::Network;
use crate::machine::{Life, Lives};

const PORT: u16 = 9_000;

/// Where a node listens.
pub(crate) fn address(node: u64) -> SocketAddr {
    let last = u8::try_from(node).expect("there are few nodes");
    SocketAddr::from((Ipv4Addr::new(10, 0, 0, last), PORT))
}

/// The network as the process of one node sees it.
#[derive(Clone)]
pub(crate) struct Dialer {
    node: u64,
    life: Arc<Life>,
    lives: Lives,
    network: Network,
}

impl std::fmt::Debug for Dialer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialer").field("node", &self.node).finish_non_exhaustive()
    }
}

impl Dialer {
    pub(crate) fn new(node: u64, life: Arc<Life>, lives: Lives, network: Network) -> Dialer {
        Dialer { node, life, lives, network }
    }

    /// Begins to listen.
    pub(crate) fn listen(&self) -> Listening {
        let (incoming, connections) = unbounded_channel();
        self.network.listen(self.node, incoming);
        Listening { node: self.node, connections }
    }

    async fn connect(&self, to: u64) -> io::Result<Stream> {
        if self.network.is_cut(self.node, to) {
            // Nobody answers; whoever dials has a deadline.
            pending::<()>().await;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        let incoming = self.network.listener(to).ok_or_else(refused)?;
        let other = self.lives.of(to).ok_or_else(refused)?;
        if !self.life.acts() {
            pending::<()>().await;
        }
        let (there, back) = (Pipe::new(self.node, to), Pipe::new(to, self.node));
        self.network.add([Arc::clone(&there), Arc::clone(&back)]);
        let taken = self.stream(&back, &there, &other);
        incoming.send((taken, address(self.node))).map_err(|_| refused())?;
        Ok(self.stream(&there, &back, &self.life))
    }

    fn stream(&self, out: &Arc<Pipe>, back: &Arc<Pipe>, life: &Arc<Life>) -> Stream {
        let writer = Writer { pipe: Arc::clone(out), network: self.network.clone(), life: Arc::clone(life) };
        Stream { reader: Box::new(Reader(Arc::clone(back))), writer: Box::new(writer) }
    }
}

impl Transport for Dialer {
    fn dial<'a>(&'a self, address: &'a str) -> BoxFuture<'a, io::Result<Stream>> {
        Box::pin(async move {
            let address: SocketAddr = address.parse().map_err(io::Error::other)?;
            let SocketAddr::V4(v4) = address else { return Err(io::ErrorKind::HostUnreachable.into()) };
            self.connect(u64::from(v4.ip().octets()[3])).await
        })
    }
}

/// A node that listens.
pub(crate) struct Listening {
    node: u64,
    connections: UnboundedReceiver<(Stream, SocketAddr)>,
}

impl Listener for Listening {
    async fn accept(&mut self) -> io::Result<(Stream, SocketAddr)> {
        match self.connections.recv().await {
            Some(connection) => Ok(connection),
            None => pending().await,
        }
    }

    fn address(&self) -> io::Result<SocketAddr> {
        Ok(address(self.node))
    }
}
