//! A house of one process: the real engine behind the gateway's ports, with a clock and faults in the test's hands.

mod fault;
mod lists;
mod operations;
mod payments;
mod sale;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use engine::command::Found;
use engine::view::{OrderView, ReservationView};
use engine::{
    Batch, Command, Event, Fact, LogTime, OrderId, Outcome, Proposal, RULES, ReservationId, Shard, ShardId,
};

pub(crate) use fault::{Fault, Gate};
pub(crate) use payments::Till;

/// How many shards the house has.
pub(crate) const SHARDS: u16 = 3;

/// The secret of its shards.
const SECRET: [u8; 16] = [7; 16];

/// The engine's shards and what is known of them.
pub(crate) struct House {
    shards: Mutex<Vec<Shard>>,
    seen: Mutex<Seen>,
    now: AtomicU64,
    faults: Mutex<VecDeque<Fault>>,
    ready: Mutex<Result<(), String>>,
    lists_fail: Mutex<bool>,
    till: Mutex<Till>,
}

/// Reservations and orders as the last event about each has them.
#[derive(Default)]
struct Seen {
    reservations: BTreeMap<ReservationId, ReservationView>,
    orders: BTreeMap<OrderId, OrderView>,
}

impl House {
    /// A house with founded, empty shards.
    pub(crate) fn new() -> Arc<House> {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        let house = House {
            shards: Mutex::new((0..SHARDS).map(|id| Shard::new(ShardId(id))).collect()),
            seen: Mutex::default(),
            now: AtomicU64::new(u64::try_from(wall.as_millis()).expect("64 bits of milliseconds")),
            faults: Mutex::default(),
            ready: Mutex::new(Ok(())),
            lists_fail: Mutex::new(false),
            till: Mutex::default(),
        };
        for shard in 0..SHARDS {
            house.apply(ShardId(shard), vec![Proposal::of(Command::Found(Found { secret: SECRET }))]);
        }
        Arc::new(house)
    }

    /// Log time.
    pub(crate) fn now(&self) -> LogTime {
        LogTime(self.now.load(Ordering::Relaxed))
    }

    /// Moves log time on, in all shards.
    pub(crate) fn advance_secs(&self, seconds: u64) {
        self.now.fetch_add(seconds * 1_000, Ordering::Relaxed);
        for shard in 0..SHARDS {
            self.apply(ShardId(shard), Vec::new());
        }
    }

    /// What the next command or question meets instead of an answer.
    pub(crate) fn meets(&self, fault: Fault) {
        self.faults.lock().expect("no test panics here").push_back(fault);
    }

    /// What the node says of its readiness.
    pub(crate) fn is_ready(&self, ready: Result<(), &str>) {
        *self.ready.lock().expect("no test panics here") = ready.map_err(str::to_owned);
    }

    /// Lists cannot be read from now on.
    pub(crate) fn breaks_lists(&self) {
        *self.lists_fail.lock().expect("no test panics here") = true;
    }

    fn next_fault(&self) -> Option<Fault> {
        self.faults.lock().expect("no test panics here").pop_front()
    }

    fn apply(&self, shard: ShardId, proposals: Vec<Proposal>) -> Vec<Outcome> {
        let batch = Batch { now: self.now(), rules: RULES, proposals };
        let (mut outcomes, mut events) = (Vec::new(), Vec::new());
        let mut shards = self.shards.lock().expect("no test panics here");
        shards[usize::from(shard.0)].apply(&batch, &mut outcomes, &mut events);
        self.see(events);
        outcomes
    }

    fn see(&self, events: Vec<Event>) {
        let mut seen = self.seen.lock().expect("no test panics here");
        for event in events {
            match event.fact {
                Fact::Reservation(view) => drop(seen.reservations.insert(view.id, *view)),
                Fact::Order(view) => drop(seen.orders.insert(view.id, *view)),
                Fact::Product(_) | Fact::Adjustment(_) | Fact::Refund(_) => {}
            }
        }
    }
}
