//! What a seed decides before the world begins: sizes, and which faults there are. Not all at once in every run: a run
//! with few kinds of fault reaches states that one with all of them never does.

use std::collections::BTreeSet;

use raft::node::{Config, Timing};
use std::time::Duration;

use crate::chance::Chance;
use crate::network::address;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// `kill -9` of a node, between two milliseconds.
    Kill,
    /// The same before one of its next writes, syncs or renames.
    KillAtDisk,
    /// The same before one of its next messages or answers.
    KillAtAct,
    /// A machine loses power, before one of its next writes or at once.
    Power,
    /// Two nodes, or all, end at the same time.
    Several,
    /// A node is stopped in order and started again.
    Restart,
    /// A node does not run for a while.
    Pause,
    /// A node is cut off from all others.
    Isolate,
    /// A node hears and is not heard, or the other way round.
    OneWay,
    /// Two nodes do not reach each other, and both reach the third.
    Bridge,
    /// A link is slow.
    Delay,
    /// A link loses segments, which come when they are sent again.
    Loss,
    /// All connections of a node break.
    Reset,
    /// A disk takes seconds for a sync.
    Stall,
    /// A sync fails.
    SyncFails,
    /// A disk is full.
    Full,
    /// A wall clock jumps by an hour or a day.
    WallClock,
}

const ALL: [Fault; 17] = [
    Fault::Kill,
    Fault::KillAtDisk,
    Fault::KillAtAct,
    Fault::Power,
    Fault::Several,
    Fault::Restart,
    Fault::Pause,
    Fault::Isolate,
    Fault::OneWay,
    Fault::Bridge,
    Fault::Delay,
    Fault::Loss,
    Fault::Reset,
    Fault::Stall,
    Fault::SyncFails,
    Fault::Full,
    Fault::WallClock,
];

impl Fault {
    /// What it is counted as.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Fault::Kill => "fault: kill",
            Fault::KillAtDisk => "fault: kill at the disk",
            Fault::KillAtAct => "fault: kill at an act",
            Fault::Power => "fault: power",
            Fault::Several => "fault: several at once",
            Fault::Restart => "fault: restart",
            Fault::Pause => "fault: pause",
            Fault::Isolate => "fault: isolate",
            Fault::OneWay => "fault: one way",
            Fault::Bridge => "fault: bridge",
            Fault::Delay => "fault: delay",
            Fault::Loss => "fault: loss",
            Fault::Reset => "fault: reset",
            Fault::Stall => "fault: stalled disk",
            Fault::SyncFails => "fault: sync fails",
            Fault::Full => "fault: disk full",
            Fault::WallClock => "fault: wall clock",
        }
    }
}

/// What a seed decides before the world begins.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) shards: u16,
    pub(crate) buyers: u64,
    /// How long there are faults, in milliseconds.
    pub(crate) stormy_for: u64,
    pub(crate) faults: Vec<Fault>,
    /// How long it is between two faults, in milliseconds, from and to.
    pub(crate) between: (u64, u64),
    segment_bytes: u32,
    cache_bytes: usize,
    snapshot_log_bytes: u64,
}

/// The nodes.
pub(crate) const NODES: [u64; 3] = [1, 2, 3];

impl Plan {
    pub(crate) fn of(chance: &Chance) -> Plan {
        let mut faults: BTreeSet<Fault> = BTreeSet::new();
        let kinds = chance.within(2..=7);
        while (faults.len() as u64) < kinds {
            faults.insert(*chance.pick(&ALL));
        }
        let shortest = *chance.pick(&[150, 400, 1_000]);
        Plan {
            shards: u16::try_from(chance.within(1..=3)).expect("a small number"),
            buyers: chance.within(10..=40),
            stormy_for: chance.within(8_000..=20_000),
            faults: faults.into_iter().collect(),
            between: (shortest, shortest * 4),
            segment_bytes: *chance.pick(&[64 << 10, 128 << 10, 1 << 20]),
            cache_bytes: *chance.pick(&[4 << 10, 64 << 10, 4 << 20]),
            snapshot_log_bytes: *chance.pick(&[4 << 10, 16 << 10, 64 << 10, 1 << 20]),
        }
    }

    /// What a node is told.
    pub(crate) fn config(&self, node: u64) -> Config {
        let millis = Duration::from_millis;
        Config {
            cluster: "simulated".to_owned(),
            node,
            http: String::new(),
            members: NODES.iter().map(|&node| (node, address(node).to_string())).collect(),
            shards: self.shards,
            data: "/data".into(),
            timing: Timing { heartbeat: millis(50), election_min: millis(150), election_max: millis(300) },
            segment_bytes: self.segment_bytes,
            cache_bytes: self.cache_bytes,
            snapshot_log_bytes: self.snapshot_log_bytes,
        }
    }
}
