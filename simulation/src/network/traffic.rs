//! All that is under way between nodes.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use raft::peer::Stream;
use tokio::sync::mpsc::UnboundedSender;

use super::connection::{Break, Connection};
use super::link::{Links, Weather};
use super::pipe::Pipe;
use crate::chance::Chance;

/// Of a connection that breaks for one end first: for how long what that sends is held before, how late it arrives after, and
/// how much later the other end learns of it; in milliseconds.
const STALLED: (u64, u64) = (0, 400);
const LATE: (u64, u64) = (0, 1_500);
const NOTICED: (u64, u64) = (20, 1_000);

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
    connections: Vec<Connection>,
}

/// What arrived somewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivered {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) bytes: usize,
    /// It came over a connection that had broken, when there was a newer one already.
    pub(crate) is_belated: bool,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("connections", &self.connections.len()).finish_non_exhaustive()
    }
}

impl Network {
    pub(crate) fn new(chance: Chance) -> Network {
        let (links, listening, connections) = (Links::default(), BTreeMap::new(), Vec::new());
        Network(Arc::new(Mutex::new(Inner { now: 0, links, chance, listening, connections })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It is `now`: what is due arrives, where the link is not cut.
    pub(crate) fn advance(&self, now: u64) -> Vec<Delivered> {
        let open = {
            let mut inner = self.inner();
            inner.now = now;
            inner.connections.retain_mut(|connection| connection.goes_on(now));
            let mut open = Vec::new();
            for (place, connection) in inner.connections.iter().enumerate() {
                let newer = &inner.connections[place + 1..];
                let is_belated = connection.is_breaking()
                    && newer.iter().any(|newer| newer.ends() == connection.ends() && !newer.is_breaking());
                for pipe in connection.pipes.iter().filter(|pipe| !connection.holds(pipe)) {
                    if !inner.links.is_cut(pipe.from, pipe.to) {
                        open.push((Arc::clone(pipe), is_belated));
                    } else if pipe.is_due(now) {
                        inner.links.held(pipe.from, pipe.to);
                    }
                }
            }
            open
        };
        let delivered = open.iter().map(|(pipe, is_belated)| Delivered {
            from: pipe.from,
            to: pipe.to,
            bytes: pipe.deliver(now),
            is_belated: *is_belated,
        });
        delivered.filter(|delivered| delivered.bytes > 0).collect()
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

    /// Whether nothing passes between two nodes, for one that dials the other.
    pub(super) fn is_cut(&self, from: u64, to: u64) -> bool {
        let inner = self.inner();
        let cut = [(from, to), (to, from)].into_iter().find(|&(from, to)| inner.links.is_cut(from, to));
        cut.inspect(|&(from, to)| inner.links.held(from, to)).is_some()
    }

    /// Every connection of a node breaks. Half of them do so for one end first: what that sent of late arrives at the other
    /// after it has learnt, beside what comes over a newer connection, or behind it. Whether there were any.
    pub(crate) fn tear(&self, node: u64) -> bool {
        let mut inner = self.inner();
        let Inner { now, chance, connections, .. } = &mut *inner;
        let its = connections
            .iter_mut()
            .filter(|connection| connection.concerns(node) && !connection.is_breaking());
        let mut any = false;
        for connection in its {
            any = true;
            if chance.percent(50) {
                connection.reset();
            } else {
                let first = if chance.percent(50) { node } else { connection.other(node) };
                let until = *now + chance.within(STALLED.0..=STALLED.1);
                connection.stall(until, drawn(chance, first));
            }
        }
        any
    }

    /// A node's process has ended, and its connections break. Half of them do so for that end first.
    pub(crate) fn abandon(&self, node: u64) {
        let mut inner = self.inner();
        let Inner { now, chance, connections, .. } = &mut *inner;
        let its = connections
            .iter_mut()
            .filter(|connection| connection.concerns(node) && !connection.is_breaking());
        for connection in its {
            if chance.percent(50) {
                connection.reset();
            } else {
                connection.break_for(*now, drawn(chance, node));
            }
        }
    }

    /// Breaks every connection of a node for both ends, but for what still arrives over those that broke before.
    pub(crate) fn reset(&self, node: u64) {
        let mut inner = self.inner();
        let its = inner
            .connections
            .iter_mut()
            .filter(|connection| connection.concerns(node) && !connection.is_breaking());
        its.for_each(|connection| connection.reset());
    }

    /// Nothing arrives any more over connections that break, or did.
    pub(crate) fn forget_broken(&self) {
        let mut inner = self.inner();
        inner.connections.iter_mut().filter(|connection| connection.is_torn()).for_each(Connection::reset);
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
        self.inner().connections.push(Connection::new(pipes));
    }
}

/// How a connection breaks for `first`.
fn drawn(chance: &Chance, first: u64) -> Break {
    Break {
        first,
        late_by: chance.within(LATE.0..=LATE.1),
        noticed_after: chance.within(NOTICED.0..=NOTICED.1),
    }
}
