//! All that is under way between nodes.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use raft::peer::Stream;
use tokio::sync::mpsc::UnboundedSender;

use super::link::{Links, Weather};
use super::pipe::Pipe;
use crate::chance::Chance;

/// The network. Clones are the same network.
#[derive(Clone, Debug)]
pub(crate) struct Network(Arc<Mutex<Inner>>);

/// Where connections to a node come out.
pub(super) type Incoming = UnboundedSender<(Stream, SocketAddr)>;

struct Inner {
    now: u64,
    links: Links,
    chance: Chance,
    listening: BTreeMap<u64, Incoming>,
    pipes: Vec<Arc<Pipe>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("pipes", &self.pipes.len()).finish_non_exhaustive()
    }
}

impl Network {
    pub(crate) fn new(chance: Chance) -> Network {
        let (links, listening, pipes) = (Links::default(), BTreeMap::new(), Vec::new());
        Network(Arc::new(Mutex::new(Inner { now: 0, links, chance, listening, pipes })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It is `now`: what is due arrives, where the link is not cut. Gives what arrived: from, to, bytes.
    pub(crate) fn advance(&self, now: u64) -> Vec<(u64, u64, usize)> {
        let pipes = {
            let mut inner = self.inner();
            inner.now = now;
            inner.pipes.retain(|pipe| !pipe.is_over());
            let open = |pipe: &&Arc<Pipe>| !inner.links.weather(pipe.from, pipe.to).cut;
            inner.pipes.iter().filter(open).cloned().collect::<Vec<_>>()
        };
        let delivered = pipes.iter().map(|pipe| (pipe.from, pipe.to, pipe.deliver(now)));
        delivered.filter(|(_, _, bytes)| *bytes > 0).collect()
    }

    /// When a segment arrives that is sent now.
    pub(super) fn arrival(&self, from: u64, to: u64) -> u64 {
        let inner = self.inner();
        inner.now + inner.links.delay(from, to, &inner.chance)
    }

    /// Changes the weather on a link, in one direction.
    pub(crate) fn change(&self, from: u64, to: u64, change: impl FnOnce(&mut Weather)) {
        self.inner().links.change(from, to, change);
    }

    /// All links are as good as new.
    pub(crate) fn clear(&self) {
        self.inner().links.clear();
    }

    /// Whether nothing passes from one node to another.
    pub(super) fn is_cut(&self, from: u64, to: u64) -> bool {
        self.inner().links.weather(from, to).cut
    }

    /// Breaks every connection that `concerns` says, by its ends.
    pub(crate) fn reset(&self, concerns: impl Fn(u64, u64) -> bool) {
        let pipes: Vec<Arc<Pipe>> = self.inner().pipes.clone();
        pipes.iter().filter(|pipe| concerns(pipe.from, pipe.to)).for_each(|pipe| pipe.reset());
    }

    /// A node listens, until it listens no more.
    pub(super) fn listen(&self, node: u64, incoming: Incoming) {
        self.inner().listening.insert(node, incoming);
    }

    /// Nobody is there any more to take connections of `node`.
    pub(crate) fn deafen(&self, node: u64) {
        self.inner().listening.remove(&node);
    }

    /// Where connections to `node` come out, if it listens.
    pub(super) fn listener(&self, node: u64) -> Option<Incoming> {
        self.inner().listening.get(&node).cloned()
    }

    pub(super) fn add(&self, pipes: [Arc<Pipe>; 2]) {
        self.inner().pipes.extend(pipes);
    }
}
