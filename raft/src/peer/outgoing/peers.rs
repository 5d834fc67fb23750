//! The other nodes, by id.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::dial::dial;
use super::link::{Request, Sent, call_body};
use super::peer::Peer;
use crate::peer::{CallKind, Counters, Error, Kind, Options};
use crate::types::NodeId;

/// The other nodes: one connection to each, made when it is first needed and kept up from then on. Clones share it.
#[derive(Debug, Clone)]
pub struct Peers {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: Options,
    peers: Mutex<BTreeMap<NodeId, Arc<Peer>>>,
    counters: Arc<Counters>,
    streams: AtomicU64,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Peers {
    /// Knows the nodes at `addresses` (`host:port`, looked up at each attempt to connect). Dials nobody yet.
    pub fn new(options: Options, addresses: impl IntoIterator<Item = (NodeId, String)>) -> Self {
        let peers = addresses.into_iter().map(|(node, address)| (node, Arc::new(Peer::new(node, &address))));
        let inner = Inner {
            peers: Mutex::new(peers.collect()),
            options,
            counters: Arc::default(),
            streams: AtomicU64::new(1),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    fn table(&self) -> MutexGuard<'_, BTreeMap<NodeId, Arc<Peer>>> {
        self.inner.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(super) fn streams(&self) -> &AtomicU64 {
        &self.inner.streams
    }

    /// What the connections that this node dialled have carried.
    pub fn counters(&self) -> &Arc<Counters> {
        &self.inner.counters
    }

    /// Says where a node is. A connection to another address is given up and its requests fail as lost.
    pub fn set_address(&self, node: NodeId, address: &str) {
        let known = self.table().entry(node).or_insert_with(|| Arc::new(Peer::new(node, address))).clone();
        known.set_address(address);
    }

    /// Says where a node is unless that is known.
    pub(crate) fn suggest_address(&self, node: NodeId, address: &str) {
        self.table().entry(node).or_insert_with(|| Arc::new(Peer::new(node, address)));
    }

    /// Where a node is, as far as that is known.
    pub(crate) fn address(&self, node: NodeId) -> Option<String> {
        self.table().get(&node).map(|peer| peer.address().to_string())
    }

    /// Gives up the connection to a node, and makes none again.
    pub(crate) fn forget(&self, node: NodeId) {
        if let Some(peer) = self.table().remove(&node) {
            peer.forget();
        }
    }

    /// Connects to `node` at `address` and hangs up, to see whether that is it. Nothing is kept of it but by which data
    /// directory the node is known.
    ///
    /// # Errors
    /// Why it cannot be reached, or is not the one.
    pub(crate) async fn try_address(&self, node: NodeId, address: &str) -> Result<(), Error> {
        let dialled = dial(&self.inner.options, node, &address.into(), self.inner.counters.clone()).await;
        dialled.map(drop).map_err(|error| Error::Unreachable { node, why: error.to_string().into() })
    }

    /// The nodes that are connected now. Nodes that nobody has asked for anything are not.
    pub fn connected(&self) -> Vec<NodeId> {
        self.table().iter().filter(|(_, peer)| peer.is_up()).map(|(&node, _)| node).collect()
    }

    /// Connects to every node known, and keeps the connections up from then on.
    ///
    /// # Errors
    /// While this node is shutting down.
    pub fn connect(&self) -> Result<(), Error> {
        let nodes: Vec<NodeId> = self.table().keys().copied().collect();
        nodes.into_iter().try_for_each(|node| self.peer(node).map(drop))
    }

    /// Asks `node` for something that another module defines, on behalf of a shard. At most `Options::calls_max` calls
    /// and `Options::call_bytes_max` bytes are unanswered at a time; further ones wait, until their deadline.
    ///
    /// # Errors
    /// At once when the node is known to be down. [`Error::may_have_happened`] tells whether the call may have had
    /// an effect.
    pub async fn call(
        &self,
        node: NodeId,
        shard: u16,
        kind: CallKind,
        body: Bytes,
        deadline: Instant,
    ) -> Result<Bytes, Error> {
        self.inner.counters.count_call(kind);
        let request = Request { kind: Kind::Call, shard, body: call_body(kind, body), deadline };
        let mut sent = self.send(node, request).await?;
        sent.answer(deadline).await
    }

    pub(super) async fn send(&self, node: NodeId, request: Request) -> Result<Sent, Error> {
        let link = self.peer(node)?.link(request.deadline).await?;
        link.send(request).await
    }

    /// The peer, whose connection is being kept up from now on.
    pub(super) fn peer(&self, node: NodeId) -> Result<Arc<Peer>, Error> {
        let peer = self.table().get(&node).cloned().ok_or(Error::NoAddress { node })?;
        if self.inner.stop.is_cancelled() {
            return Err(Error::Unreachable { node, why: "this node is shutting down".into() });
        }
        if peer.start() {
            let (peer, options, counters) =
                (peer.clone(), self.inner.options.clone(), self.inner.counters.clone());
            let stopped = self.inner.stop.clone().cancelled_owned();
            self.inner.tasks.spawn(async move {
                tokio::select! {
                    () = peer.keep_connected(&options, &counters) => {}
                    () = peer.is_forgotten() => peer.stop("it is not part of the cluster any more"),
                    () = stopped => peer.stop("this node is shutting down"),
                }
            });
        }
        Ok(peer)
    }

    /// Closes all connections and waits for their tasks. Requests that are unanswered fail as lost, later ones as
    /// unreachable.
    pub async fn shutdown(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}
