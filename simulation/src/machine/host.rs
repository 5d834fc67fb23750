//! The machine as the code of its process takes it for granted: clocks, threads that block, and being watched.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use engine::ShardId;
use raft::shard::clock::Moment;
use raft::shard::message::Committed;
use raft::shard::reply::ReplyTo;
use raft::shard::request::Request;
use raft::types::LogId;

use super::life::Life;
use crate::chance::Chance;
use crate::check::Watch;
use crate::clock::{Clock, EPOCH};
use crate::strike::Strike;

/// How long the machine takes for things; outlives its processes.
#[derive(Debug)]
pub(crate) struct Pace {
    /// How long a write to the log takes, with its sync: from, to.
    sync: Cell<(u64, u64)>,
    stalled: RefCell<Option<Strike>>,
    /// How far off its wall clock is, in milliseconds.
    wall_offset: Cell<i64>,
    set: RefCell<Option<Strike>>,
    chance: Chance,
}

/// What a sync takes when all is well.
const SYNC: (u64, u64) = (1, 3);
/// What work on a blocking thread takes.
const LABOUR: (u64, u64) = (1, 40);

impl Pace {
    pub(crate) fn new(chance: Chance) -> Rc<Pace> {
        Rc::new(Pace {
            sync: Cell::new(SYNC),
            stalled: RefCell::default(),
            wall_offset: Cell::new(0),
            set: RefCell::default(),
            chance,
        })
    }

    /// From now on a sync takes so long.
    pub(crate) fn stall(&self, sync: (u64, u64), strike: Strike) {
        self.sync.set(sync);
        self.stalled.replace(Some(strike));
    }

    /// Syncs take what they take when all is well.
    pub(crate) fn unstall(&self) {
        self.sync.set(SYNC);
        self.stalled.replace(None);
    }

    /// The wall clock is wrong by so much.
    pub(crate) fn set_wall(&self, offset: i64, strike: Strike) {
        self.wall_offset.set(offset);
        self.set.replace(Some(strike));
    }

    /// The wall clock is right.
    pub(crate) fn right_wall(&self) {
        self.wall_offset.set(0);
        self.set.replace(None);
    }

    fn wall(&self, right: u64) -> u64 {
        self.set.borrow().iter().for_each(Strike::lands);
        right.saturating_add_signed(self.wall_offset.get())
    }
}

/// What the code of one process runs on.
pub(crate) struct Host {
    pub(crate) node: u64,
    pub(crate) clock: Clock,
    pub(crate) pace: Rc<Pace>,
    pub(crate) life: Arc<Life>,
    pub(crate) watch: Rc<RefCell<Watch>>,
}

impl Host {
    fn draw(&self, (least, most): (u64, u64)) -> Duration {
        Duration::from_millis(self.pace.chance.within(least..=most))
    }
}

impl raft::simulation::Host for Host {
    fn now(&self) -> Moment {
        let boot = self.clock.now() + 1_000;
        let wall = self.pace.wall(EPOCH + self.clock.now());
        Moment { boot, wall, micros: boot * 1_000 }
    }

    fn labour(&self) -> Duration {
        self.draw(LABOUR)
    }

    fn sync(&self) -> Duration {
        self.pace.stalled.borrow().iter().for_each(Strike::lands);
        self.draw(self.pace.sync.get())
    }

    fn end(&self) {
        self.life.end("it ended itself");
    }

    fn arrived(&self, shard: ShardId, requests: &[(Request, ReplyTo)]) {
        let requests = requests.iter().map(|(request, _)| request);
        self.watch.borrow_mut().arrived(self.node, shard, requests);
    }

    fn applied(&self, shard: ShardId, entry: &Committed, hash: u64) {
        if self.life.is_alive() {
            self.watch.borrow_mut().applied(self.node, shard, entry, hash);
        }
    }

    fn restored(&self, shard: ShardId, applied: LogId, hash: u64) {
        if self.life.is_alive() {
            self.watch.borrow_mut().restored(self.node, shard, applied, hash);
        }
    }

    fn installed(&self, shard: ShardId, applied: LogId, hash: u64) {
        if self.life.is_alive() {
            self.watch.borrow_mut().installed(self.node, shard, applied, hash);
        }
    }
}
