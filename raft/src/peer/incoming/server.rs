//! Accepts the connections that other nodes dial.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Handler;
use super::session::serve;
use crate::peer::counters::count;
use crate::peer::log_limit::LogLimit;
use crate::peer::stream::{FrameReader, Greeted, HelloError, admit};
use crate::peer::{Counters, Listener, Options, Stream};

/// The wait after accepting failed for a reason that will not pass at once, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Answers other nodes.
#[derive(Debug)]
pub struct Server;

/// A running server. Dropping it leaves the server running; [`ServerHandle::shutdown`] ends it.
#[derive(Debug)]
pub struct ServerHandle {
    address: SocketAddr,
    counters: Arc<Counters>,
    stop: CancellationToken,
    accepting: JoinHandle<()>,
}

struct Accepting<H> {
    handler: Arc<H>,
    options: Arc<Options>,
    counters: Arc<Counters>,
    stop: CancellationToken,
    connections: Arc<Semaphore>,
    tasks: TaskTracker,
    /// For lines that anybody who can connect can cause.
    complaints: Arc<LogLimit>,
}

impl Server {
    /// Answers the nodes that dial `listener`, from now on.
    ///
    /// # Errors
    /// When the listener does not know its address, because it is not bound.
    pub fn start<H: Handler>(
        listener: impl Listener,
        handler: Arc<H>,
        options: Options,
    ) -> io::Result<ServerHandle> {
        let address = listener.address()?;
        let counters = Arc::<Counters>::default();
        let stop = CancellationToken::new();
        let accepting = Accepting {
            handler,
            counters: counters.clone(),
            stop: stop.clone(),
            connections: Arc::new(Semaphore::new(options.connections_max)),
            tasks: TaskTracker::new(),
            complaints: Arc::new(LogLimit::new(Duration::from_secs(1))),
            options: Arc::new(options),
        };
        let accepting = tokio::spawn(accepting.run(listener));
        Ok(ServerHandle { address, counters, stop, accepting })
    }
}

impl ServerHandle {
    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the connections that this node accepted have carried.
    pub fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// Closes the listener and all connections, and waits until everything that was at work for them has ended.
    /// Requests that are at work are dropped; to those who wait for them they are lost.
    pub async fn shutdown(self) {
        self.stop.cancel();
        if let Err(error) = self.accepting.await {
            tracing::error!("accepting connections of other nodes ended badly: {error}");
        }
    }
}

impl<H: Handler> Accepting<H> {
    async fn run(self, mut listener: impl Listener) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.stop.cancelled() => break,
            };
            match accepted {
                Ok((stream, address)) => self.accept(stream, address),
                Err(error) => {
                    self.complain(&format!("accepting a connection failed: {error}"));
                    tokio::select! {
                        () = sleep(ACCEPT_PAUSE) => {}
                        () = self.stop.cancelled() => break,
                    }
                }
            }
        }
        drop(listener);
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn complain(&self, what: &str) {
        complain(&self.complaints, what);
    }

    fn accept(&self, stream: Stream, address: SocketAddr) {
        let Ok(permit) = self.connections.clone().try_acquire_owned() else {
            count(&self.counters.turned_away);
            let most = self.options.connections_max;
            return self.complain(&format!("closed a connection from {address}: there are {most} already"));
        };
        let connection = Connection {
            handler: self.handler.clone(),
            address,
            options: self.options.clone(),
            counters: self.counters.clone(),
            stop: self.stop.clone(),
            complaints: self.complaints.clone(),
        };
        self.tasks.spawn(connection.run(stream, permit));
    }
}

/// What is read from a node that dialled, and what it is told.
type Accepted = Greeted<Box<dyn AsyncRead + Send + Unpin>, Box<dyn AsyncWrite + Send + Unpin>>;

/// One connection, and what it needs to know of the server.
struct Connection<H> {
    handler: Arc<H>,
    address: SocketAddr,
    options: Arc<Options>,
    counters: Arc<Counters>,
    stop: CancellationToken,
    complaints: Arc<LogLimit>,
}

impl<H: Handler> Connection<H> {
    /// From the hello to the end.
    async fn run(self, stream: Stream, _permit: OwnedSemaphorePermit) {
        let address = self.address;
        let greeted = match self.greeted(stream).await {
            Ok(greeted) => greeted,
            Err(error) => {
                count(&self.counters.turned_away);
                return complain(
                    &self.complaints,
                    &format!("turned away a connection from {address}: {error}"),
                );
            }
        };
        count(&self.counters.connected);
        let node = greeted.node;
        tracing::debug!(node, %address, "accepted");
        let end = serve(self.handler, greeted, self.options, self.counters.clone(), &self.stop).await;
        count(&self.counters.disconnected);
        if end.is_malformed() {
            count(&self.counters.malformed);
        }
        complain(&self.complaints, &format!("the connection of node {node} from {address} has ended: {end}"));
    }

    async fn greeted(&self, stream: Stream) -> Result<Accepted, HelloError> {
        let Stream { reader, writer } = stream;
        let reader = FrameReader::new(reader, self.options.frame_bytes_max, self.counters.clone());
        let within = self.options.connect_timeout;
        tokio::select! {
            hello = timeout(within, admit(reader, writer, &self.options)) => {
                hello.unwrap_or(Err(HelloError::Silent(within)))
            }
            () = self.stop.cancelled() => Err(HelloError::Closed),
        }
    }
}

fn complain(complaints: &LogLimit, what: &str) {
    if let Some(held_back) = complaints.pass() {
        tracing::warn!(held_back, "{what}");
    }
}
