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

/// How long the machine takes for things; outlives its processes.
#[derive(Debug)]
pub(crate) struct Pace {
    /// How far off its wall clock is, in milliseconds.
    pub(crate) wall_offset: Cell<i64>,
    /// How long a write to the log takes, with its sync: from, to.
    pub(crate) sync: Cell<(u64, u64)>,
    chance: Chance,
}

/// What a sync takes when all is well.
pub(crate) const SYNC: (u64, u64) = (1, 3);
/// What work on a blocking thread takes.
const LABOUR: (u64, u64) = (1, 40);

impl Pace {
    pub(crate) fn new(chance: Chance) -> Rc<Pace> {
        Rc::new(Pace { wall_offset: Cell::new(0), sync: Cell::new(SYNC), chance })
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
        let wall = (EPOCH + self.clock.now()).saturating_add_signed(self.pace.wall_offset.get());
        Moment { boot, wall, micros: boot * 1_000 }
    }

    fn labour(&self) -> Duration {
        self.draw(LABOUR)
    }

    fn sync(&self) -> Duration {
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

    fn installed(&self, shard: ShardId, applied: LogId, hash: u64) {
        if self.life.is_alive() {
            self.watch.borrow_mut().installed(self.node, shard, applied, hash);
        }
    }
}
