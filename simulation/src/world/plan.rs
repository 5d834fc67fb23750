//! What a seed decides before the world begins: sizes, and which faults there are. Not all at once in every run: a run
//! with few kinds of fault reaches states that one with all of them never does.

use std::collections::BTreeSet;

use raft::node::{Config, Timing};
use std::time::Duration;

use crate::bank::mishaps;
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
    /// Nobody reaches the bank.
    BankAway,
    /// The way to the bank takes seconds.
    BankSlow,
    /// Requests to the bank, and its answers, are lost.
    BankLoses,
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

/// What may go wrong where there is a bank.
const AT_THE_BANK: [Fault; 3] = [Fault::BankAway, Fault::BankSlow, Fault::BankLoses];

impl Fault {
    /// What it is counted as.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Fault::Kill => "kill",
            Fault::KillAtDisk => "kill at the disk",
            Fault::KillAtAct => "kill at an act",
            Fault::Power => "power",
            Fault::Several => "several at once",
            Fault::Restart => "restart",
            Fault::Pause => "pause",
            Fault::Isolate => "isolate",
            Fault::OneWay => "one way",
            Fault::Bridge => "bridge",
            Fault::Delay => "delay",
            Fault::Loss => "loss",
            Fault::Reset => "reset",
            Fault::Stall => "stalled disk",
            Fault::SyncFails => "sync fails",
            Fault::Full => "disk full",
            Fault::WallClock => "wall clock",
            Fault::BankAway => "bank away",
            Fault::BankSlow => "bank slow",
            Fault::BankLoses => "bank loses",
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
    /// How many times as long as usual a fault may last: in few worlds, tens of seconds.
    pub(crate) lasting: u64,
    pub(crate) bank: Option<BankPlan>,
    segment_bytes: u32,
    cache_bytes: usize,
    snapshot_log_bytes: u64,
    kept_entries: u64,
}

/// What a seed decides about the bank.
#[derive(Clone, Debug)]
pub(crate) struct BankPlan {
    /// Its own faults.
    pub(crate) mishaps: String,
    /// Whether nodes give calls up while they are worked on.
    pub(crate) short_patience: bool,
}

impl BankPlan {
    fn of(chance: &Chance) -> BankPlan {
        BankPlan { mishaps: mishaps(chance), short_patience: chance.percent(50) }
    }
}

/// In how many worlds of a hundred faults last longer than elsewhere, and how many times as long.
const LASTING_PERCENT: u64 = 10;
const LASTING: u64 = 8;

/// The nodes.
pub(crate) const NODES: [u64; 3] = [1, 2, 3];

impl Plan {
    pub(crate) fn of(chance: &Chance) -> Plan {
        let mut faults: BTreeSet<Fault> = BTreeSet::new();
        let kinds = chance.within(2..=7);
        while (faults.len() as u64) < kinds {
            faults.insert(*chance.pick(&ALL));
        }
        let bank = chance.percent(50).then(|| BankPlan::of(chance));
        if bank.is_some() {
            faults.extend(AT_THE_BANK.iter().filter(|_| chance.percent(40)));
        }
        let shortest = *chance.pick(&[150, 400, 1_000]);
        let lasting = if chance.percent(LASTING_PERCENT) { LASTING } else { 1 };
        Plan {
            shards: u16::try_from(chance.within(1..=3)).expect("a small number"),
            buyers: chance.within(10..=40),
            stormy_for: chance.within(8_000..=20_000) * lasting.min(3),
            lasting,
            faults: faults.into_iter().collect(),
            between: (shortest, shortest * 4),
            bank,
            segment_bytes: *chance.pick(&[64 << 10, 128 << 10, 1 << 20]),
            cache_bytes: *chance.pick(&[4 << 10, 64 << 10, 4 << 20]),
            snapshot_log_bytes: *chance.pick(&[4 << 10, 16 << 10, 64 << 10, 1 << 20]),
            kept_entries: *chance.pick(&[0, 4, 32, Config::KEPT_ENTRIES]),
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
            kept_entries: self.kept_entries,
        }
    }
}
