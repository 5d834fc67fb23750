//! What the transport has done since it started, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{CallKind, Kind};

/// Frame kinds are below this number.
const KINDS: usize = 128;
const CALL_KINDS: usize = 256;

/// Which way bytes went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From another node to this one.
    In,
    /// From this node to another.
    Out,
}

/// Counts of one side of the transport: the connections that this node dialled, or those it accepted. All only grow.
#[derive(Debug)]
pub struct Counters {
    bytes: [AtomicU64; 2],
    frames: [[AtomicU64; KINDS]; 2],
    calls: [AtomicU64; CALL_KINDS],
    /// Connections that were made and greeted.
    pub(crate) connected: AtomicU64,
    /// Connections that were lost or closed after the hello.
    pub(crate) disconnected: AtomicU64,
    /// Attempts to connect that failed, or incoming connections that were turned away.
    pub(crate) turned_away: AtomicU64,
    /// Connections that were closed because of what they carried.
    pub(crate) malformed: AtomicU64,
    /// Requests that were refused.
    pub(crate) refused: AtomicU64,
    /// Requests whose time was over.
    pub(crate) timed_out: AtomicU64,
    /// Answers that came when nobody waited for them any more.
    pub(crate) late: AtomicU64,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            bytes: Default::default(),
            frames: std::array::from_fn(|_| zeroes()),
            calls: zeroes(),
            connected: AtomicU64::new(0),
            disconnected: AtomicU64::new(0),
            turned_away: AtomicU64::new(0),
            malformed: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            timed_out: AtomicU64::new(0),
            late: AtomicU64::new(0),
        }
    }
}

fn zeroes<const N: usize>() -> [AtomicU64; N] {
    std::array::from_fn(|_| AtomicU64::new(0))
}

impl Counters {
    /// Bytes on the wire, frame headers included, TLS not.
    pub fn bytes(&self, direction: Direction) -> u64 {
        self.bytes[direction as usize].load(Ordering::Relaxed)
    }

    /// Frames of a kind.
    pub fn frames(&self, direction: Direction, kind: Kind) -> u64 {
        self.frames[direction as usize][kind as usize].load(Ordering::Relaxed)
    }

    /// Generic calls of a kind: made, where this node dials; received, where it listens.
    pub fn calls(&self, kind: CallKind) -> u64 {
        self.calls[usize::from(kind.0)].load(Ordering::Relaxed)
    }

    /// Connections that were made and greeted.
    pub fn connected(&self) -> u64 {
        self.connected.load(Ordering::Relaxed)
    }

    /// Connections that ended after the hello.
    pub fn disconnected(&self) -> u64 {
        self.disconnected.load(Ordering::Relaxed)
    }

    /// Attempts to connect that failed, or incoming connections that were turned away before or at the hello.
    pub fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }

    /// Connections that were closed because they carried what does not decode or is not allowed.
    pub fn malformed(&self) -> u64 {
        self.malformed.load(Ordering::Relaxed)
    }

    /// Requests that were refused, for whatever reason.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Requests whose time was over before they were answered.
    pub fn timed_out(&self) -> u64 {
        self.timed_out.load(Ordering::Relaxed)
    }

    /// Answers that came when nobody waited for them any more.
    pub fn late(&self) -> u64 {
        self.late.load(Ordering::Relaxed)
    }

    pub(crate) fn count_bytes(&self, direction: Direction, bytes: usize) {
        self.bytes[direction as usize].fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn count_frame(&self, direction: Direction, kind: Kind) {
        count(&self.frames[direction as usize][kind as usize]);
    }

    pub(crate) fn count_call(&self, kind: CallKind) {
        count(&self.calls[usize::from(kind.0)]);
    }
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
