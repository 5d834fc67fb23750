//! How people ask: at any node, again under the same key while nothing definite is known, and sometimes twice at once.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use engine::{Query, Settled, ShardId};
use raft::shard::request::Ask;
use tokio::time::sleep;

use super::Town;
use crate::chance::Chance;
use crate::clock::EPOCH;
use crate::machine::Said;

/// How long one send may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often an ask is sent before whoever asks gives up.
const SENDS_MAX: u32 = 60;

/// Somebody who asks.
pub(crate) struct Asker {
    pub(crate) town: Rc<Town>,
    pub(crate) chance: Chance,
    open: Rc<Cell<bool>>,
}

impl Asker {
    pub(super) fn new(town: Rc<Town>, chance: Chance, open: Rc<Cell<bool>>) -> Asker {
        Asker { town, chance, open }
    }

    /// Whether new things may be begun.
    pub(super) fn is_open(&self) -> bool {
        self.open.get()
    }

    /// Sends once, to some node.
    pub(super) async fn send(&self, shard: ShardId, ask: &Ask) -> Said {
        let node = *self.chance.pick(&self.town.nodes);
        let number = self.town.history.asked(shard, ask);
        let history = Rc::clone(&self.town.history);
        let reached = move || history.reached(number);
        let said = self.town.door.ask(node, shard, ask.clone(), PATIENCE, reached).await;
        self.town.history.heard(number, node, &said);
        said
    }

    /// Sends until the answer is definite, each time as `ask` makes it; nothing if whoever asks gave up.
    pub(super) async fn settle(&self, shard: ShardId, ask: impl Fn() -> Ask) -> Option<Settled> {
        for _ in 0..SENDS_MAX {
            match self.send(shard, &ask()).await {
                Said::Settled(settled) => return Some(settled),
                Said::Unsettled(_) | Said::Lost | Said::Refused => self.pause(20, 400).await,
            }
        }
        None
    }

    /// Waits for so many milliseconds, from and to.
    pub(super) async fn pause(&self, least: u64, most: u64) {
        sleep(Duration::from_millis(self.chance.within(least..=most))).await;
    }

    /// Waits until a second of the world is full.
    pub(super) async fn next_second(&self) {
        let millis = 1_000 - self.town.clock.now() % 1_000;
        sleep(Duration::from_millis(millis)).await;
    }

    /// The wall clock of whoever makes ids.
    pub(super) fn millis(&self) -> u64 {
        EPOCH + self.town.clock.now()
    }
}

/// Looks at a shard through one node until it answers.
pub(super) async fn probe(town: &Town, node: u64, shard: ShardId) {
    let look = Ask::Query(Query::Product("nothing.here".parse().expect("a product's id")));
    while !matches!(town.door.ask(node, shard, look.clone(), PATIENCE, || ()).await, Said::Settled(_)) {
        sleep(Duration::from_millis(20)).await;
    }
}
