//! The facts of all shards on their way to whoever listens on this node: bounded by their number, shard by shard.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine::{Event, ShardId};
use tokio::sync::mpsc;

/// How many facts of a shard may wait. A mass expiry makes five thousand with each batch, and lists take some twenty
/// microseconds for one, so this is a second or two of falling behind, and some tens of megabytes at most.
const WAITING_MAX: usize = 65_536;

/// A way for the facts of shards, and its end.
pub(crate) fn channel() -> (Channel, Facts) {
    let (lots, end) = mpsc::unbounded_channel();
    (Channel(lots), Facts(end))
}

/// Where the shards' ways begin.
#[derive(Debug)]
pub(crate) struct Channel(mpsc::UnboundedSender<Lot>);

impl Channel {
    /// The way of one shard's facts, with room of its own: whoever falls behind with one shard does not with others.
    pub(crate) fn of(&self, shard: ShardId) -> Teller {
        Teller { shard, lots: self.0.clone(), waiting: Arc::default() }
    }
}

/// Tells the facts of one shard.
#[derive(Debug)]
pub struct Teller {
    shard: ShardId,
    lots: mpsc::UnboundedSender<Lot>,
    waiting: Arc<AtomicUsize>,
}

/// There was no room, or nobody listens: these facts will not be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Untold;

impl Teller {
    /// Tells `events`, all or none. However many they are, they are told if no others wait.
    pub(crate) fn tell(&self, events: Vec<Event>) -> Result<(), Untold> {
        let (count, waiting) = (events.len(), self.waiting.load(Ordering::Relaxed));
        if waiting > 0 && waiting.saturating_add(count) > WAITING_MAX {
            return Err(Untold);
        }
        self.waiting.fetch_add(count, Ordering::Relaxed);
        let room = Room { waiting: Arc::clone(&self.waiting), count };
        self.lots.send(Lot { shard: self.shard, events, _room: room }).map_err(|_| Untold)
    }
}

/// The facts of all shards, in order for each, as they come about. Whoever falls behind misses some, sees a gap in the
/// sequence, and starts again from a [`Node::capture`](crate::node::Node::capture).
#[derive(Debug)]
pub struct Facts(mpsc::UnboundedReceiver<Lot>);

impl Facts {
    /// The next facts of some shard; nothing once the node has ended.
    pub async fn recv(&mut self) -> Option<(ShardId, Vec<Event>)> {
        let lot = self.0.recv().await?;
        Some((lot.shard, lot.events))
    }
}

/// Facts that came about together.
#[derive(Debug)]
struct Lot {
    shard: ShardId,
    events: Vec<Event>,
    _room: Room,
}

/// The room that facts take up until they are taken.
#[derive(Debug)]
struct Room {
    waiting: Arc<AtomicUsize>,
    count: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.count, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use engine::view::Adjustment;
    use engine::{AdjustmentId, Fact, LogTime, Stock};

    use super::*;

    fn events(count: usize) -> Vec<Event> {
        let adjustment = Adjustment {
            id: AdjustmentId::default(),
            product: "x".parse().expect("an id"),
            delta: 1,
            reason: "a box".parse().expect("a reason"),
            stock: Stock::default(),
            created_at: LogTime(0),
        };
        let fact = Fact::Adjustment(Box::new(adjustment));
        let event = |sequence| Event { sequence, at: LogTime(0), fact: fact.clone() };
        (0..u64::try_from(count).expect("small")).map(event).collect()
    }

    #[tokio::test]
    async fn facts_are_bounded_by_their_number_and_shards_do_not_crowd_each_other_out() {
        let (channel, mut facts) = channel();
        let (one, other) = (channel.of(ShardId(1)), channel.of(ShardId(2)));
        assert_eq!(one.tell(events(WAITING_MAX)), Ok(()));
        assert_eq!(one.tell(events(1)), Err(Untold));
        assert_eq!(other.tell(events(2)), Ok(()));
        let taken = facts.recv().await.expect("the first lot");
        assert_eq!((taken.0, taken.1.len()), (ShardId(1), WAITING_MAX));
        assert_eq!(one.tell(events(WAITING_MAX + 1)), Ok(()), "more than fits is told if nothing waits");
        drop((channel, one, other));
        let rest = [facts.recv().await, facts.recv().await].map(|lot| lot.expect("a lot").0);
        assert_eq!((rest, facts.recv().await), ([ShardId(2), ShardId(1)], None));
    }

    #[tokio::test]
    async fn where_nobody_listens_nothing_is_told() {
        let (channel, facts) = channel();
        drop(facts);
        let teller = channel.of(ShardId(1));
        assert_eq!(teller.tell(events(1)), Err(Untold));
        assert_eq!(teller.tell(events(WAITING_MAX)), Err(Untold));
        assert_eq!(teller.waiting.load(Ordering::Relaxed), 0);
    }
}
