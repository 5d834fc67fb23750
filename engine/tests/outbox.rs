//! The outbox against a model of it: all events that there ever were, and a number for each consumer.

use std::collections::BTreeMap;

use engine::command::{Acknowledge, AdjustStock, Found, PutProduct};
use engine::limits::OUTBOX_BYTES_MAX;
use engine::{
    AdjustmentId, Batch, Command, ConsumerName, Description, Event, Field, Loader, LogTime, Money, NotTold,
    Outcome, PaymentMode, Proposal, RULES, Refusal, Shard, ShardId, Span,
};
use proptest::prelude::*;

const SHARD: ShardId = ShardId(3);
const NOW: LogTime = LogTime(1_795_737_600_000);

/// A shard, and what must be told of it.
struct World {
    shard: Shard,
    all: Vec<Event>,
    cursors: BTreeMap<ConsumerName, u64>,
}

#[derive(Clone, Debug)]
enum Deed {
    /// So many events come about.
    Adjust(u8),
    Subscribe(u8),
    /// A consumer takes in so many of a hundred of what it is told.
    Acknowledge(u8, u64),
    Unsubscribe(u8),
    Reload,
}

impl World {
    fn new() -> World {
        let mut world = World { shard: Shard::new(SHARD), all: Vec::new(), cursors: BTreeMap::new() };
        world.apply(vec![Command::Found(Found { secret: [7; 16] }), put()]);
        world
    }

    fn apply(&mut self, commands: Vec<Command>) -> Vec<Outcome> {
        let proposals = commands.into_iter().map(Proposal::of).collect();
        let (mut outcomes, mut events) = (Vec::new(), Vec::new());
        self.shard.apply(&Batch { now: NOW, rules: RULES, proposals }, &mut outcomes, &mut events);
        self.all.extend(events);
        outcomes
    }

    fn does(&mut self, deed: &Deed) {
        match *deed {
            Deed::Adjust(count) => {
                self.apply((0..count).map(|_| adjust()).collect());
            }
            Deed::Subscribe(number) => {
                let newest = self.shard.event_sequence();
                self.cursors.entry(consumer(number)).or_insert(newest);
                self.apply(vec![Command::Subscribe(consumer(number))]);
            }
            Deed::Acknowledge(number, percent) => {
                let cursor = self.cursors.get(&consumer(number)).copied();
                let told = self.shard.event_sequence() - cursor.unwrap_or(0);
                let sequence = cursor.unwrap_or(0) + told * percent / 100;
                let outcomes = self.apply(vec![acknowledge(number, sequence)]);
                match self.cursors.get_mut(&consumer(number)) {
                    Some(cursor) => *cursor = sequence,
                    None => assert_eq!(outcomes, [Outcome::Refused(Refusal::NotFound)]),
                }
            }
            Deed::Unsubscribe(number) => {
                self.cursors.remove(&consumer(number));
                self.apply(vec![Command::Unsubscribe(consumer(number))]);
            }
            Deed::Reload => self.reload(),
        }
    }

    fn reload(&mut self) {
        let mut loader = Loader::new(SHARD);
        self.shard.capture().chunks().for_each(|chunk| loader.feed(&chunk).expect("a chunk of a snapshot"));
        let loaded = loader.finish().expect("a whole snapshot");
        assert_eq!(loaded.hash(), self.shard.hash());
        self.shard = loaded;
    }

    fn check(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.shard.hash(), self.shard.recomputed_hash());
        for number in 0..4 {
            let consumer = consumer(number);
            let told = self.shard.untold(&consumer, usize::MAX);
            match self.cursors.get(&consumer) {
                None => prop_assert_eq!(told, Err(NotTold::Unknown)),
                Some(&cursor) => {
                    let behind = self.all.iter().filter(|event| event.sequence > cursor).cloned();
                    prop_assert_eq!(told, Ok(behind.collect::<Vec<_>>()));
                    let some = self.shard.untold(&consumer, 3).map(|events| events.len());
                    prop_assert!(some.is_ok_and(|some| some <= 3));
                }
            }
        }
        Ok(())
    }
}

fn consumer(number: u8) -> ConsumerName {
    format!("consumer-{number}").parse().expect("a name")
}

fn acknowledge(number: u8, sequence: u64) -> Command {
    Command::Acknowledge(Acknowledge { consumer: consumer(number), sequence })
}

fn adjust() -> Command {
    Command::AdjustStock(AdjustStock {
        id: AdjustmentId([1; 16]),
        product: "shoe".parse().expect("an id"),
        delta: 1,
        reason: "counted again, and this time by somebody else".parse().expect("a reason"),
    })
}

fn put() -> Command {
    let description = Description {
        name: "Shoe".parse().expect("a name"),
        price: Money { amount: 100, currency: "usd".parse().expect("a currency") },
        stock: 1,
        max_per_buyer: 1,
        max_per_buyer_in_group: None,
        hold: Span::from_secs(600),
        opens_at: LogTime(0),
        closes_at: None,
        payment: PaymentMode::External,
        lanes: 1,
    };
    Command::PutProduct(Box::new(PutProduct {
        product: "shoe".parse().expect("an id"),
        description,
        if_revision: None,
    }))
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => any::<u8>().prop_map(Deed::Adjust),
        1 => (0..4_u8).prop_map(Deed::Subscribe),
        3 => (0..4_u8, 0..=100_u64).prop_map(|(number, percent)| Deed::Acknowledge(number, percent)),
        1 => (0..4_u8).prop_map(Deed::Unsubscribe),
        1 => Just(Deed::Reload),
    ]
}

proptest! {
    /// Every consumer is told of every event since it came, once acknowledged never again, and across snapshots.
    #[test]
    fn consumers_are_told_of_everything_until_they_acknowledge_it(deeds in prop::collection::vec(deed(), 1..60)) {
        let mut world = World::new();
        for deed in &deeds {
            world.does(deed);
            world.check()?;
        }
    }
}

/// Whoever takes in nothing is told so, and starts again from the state; others are not held up by it.
#[test]
fn a_consumer_that_falls_behind_what_is_kept_starts_again() {
    let mut world = World::new();
    world.does(&Deed::Subscribe(0));
    world.does(&Deed::Subscribe(1));
    while world.shard.untold(&consumer(0), 1).is_ok() {
        world.apply((0..4_000).map(|_| adjust()).collect());
        world.does(&Deed::Acknowledge(1, 100));
    }
    // An event takes some hundred bytes here, and as many as fit were kept.
    let events = world.all.len();
    assert!((OUTBOX_BYTES_MAX / 200..OUTBOX_BYTES_MAX / 50).contains(&events), "{events}");
    assert_eq!(world.shard.untold(&consumer(0), 1), Err(NotTold::Behind));
    assert_eq!(world.shard.untold(&consumer(1), 1), Ok(Vec::new()));
    world.reload();
    assert_eq!(world.shard.untold(&consumer(0), 1), Err(NotTold::Behind));
    let newest = world.shard.event_sequence();
    world.apply(vec![acknowledge(0, newest), adjust()]);
    let told = world.shard.untold(&consumer(0), 9).expect("it is not behind any more");
    assert_eq!(told.iter().map(|event| event.sequence).collect::<Vec<_>>(), [newest + 1]);
    assert_eq!(world.shard.hash(), world.shard.recomputed_hash());
}

#[test]
fn there_are_so_many_consumers_and_no_more() {
    let mut world = World::new();
    let outcomes = world.apply((0..17).map(|number| Command::Subscribe(consumer(number))).collect());
    let (good, last) = outcomes.split_at(16);
    assert!(good.iter().all(|outcome| matches!(outcome, Outcome::Done(_))));
    assert_eq!(last, [Outcome::Refused(Refusal::Invalid(Field::Consumers))]);
    let future = world.shard.event_sequence() + 1;
    let outcomes = world.apply(vec![acknowledge(0, future)]);
    assert_eq!(outcomes, [Outcome::Refused(Refusal::Invalid(Field::Sequence))]);
}
