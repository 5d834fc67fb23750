//! Random histories against a model that keeps everything in a vector. `LISTINGS_SEED=n` plays one again.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod stage;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use engine::view::{OrderStatus, OrderView, ReservationStatus, ReservationView};
use engine::{Event, Fact, ShardId};
use listings::{Listings, OrderFilter, ReservationFilter};
use stage::*;
use tempfile::TempDir;

const RESERVATION: [ReservationStatus; 5] = [
    ReservationStatus::Held,
    ReservationStatus::Paying,
    ReservationStatus::Paid,
    ReservationStatus::Expired,
    ReservationStatus::Cancelled,
];
const ORDER: [OrderStatus; 4] =
    [OrderStatus::Confirmed, OrderStatus::PartiallyRefunded, OrderStatus::Refunded, OrderStatus::Cancelled];

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        scatter(self.0) % bound
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }
}

/// A shard as the model knows it. All happens within a day, so nothing is dropped.
#[derive(Default)]
struct Model {
    events: Vec<Event>,
    reservations: BTreeMap<u64, ReservationView>,
    orders: BTreeMap<u64, OrderView>,
}

impl Model {
    fn happen(&mut self, shard: ShardId, random: &mut Random) {
        let (n, sequence) = (random.below(60), self.events.len() as u64 + 1);
        let fact = if random.below(3) > 0 {
            let view = reservation(shard, n, random.of(&RESERVATION));
            self.reservations.insert(n, view.clone());
            Fact::Reservation(Box::new(view))
        } else {
            let view = order(shard, n, random.of(&ORDER));
            self.orders.insert(n, view.clone());
            Fact::Order(Box::new(view))
        };
        self.events.push(event(sequence, START + sequence, fact));
    }
}

#[test]
fn lists_say_what_the_model_says() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let seed =
        std::env::var("LISTINGS_SEED").map_or((now % 1_000_000_007) as u64, |seed| seed.parse().unwrap());
    println!("LISTINGS_SEED={seed}");
    let mut random = Random(seed);
    let directory = directory();
    let mut lists = open(&directory);
    let mut models = [0, 1, 300].map(|shard| (ShardId(shard), Model::default()));
    for _ in 0..400 {
        let (shard, model) = &mut models[usize::try_from(random.below(3)).unwrap()];
        match random.below(100) {
            0..=59 => take(&lists, *shard, model, &mut random),
            60..=94 => (),
            95 => lists = reopen(lists, &directory),
            _ => {
                let (rows, orders) = (model.reservations.values().cloned(), model.orders.values().cloned());
                lists.rebuild(*shard, model.events.len() as u64, rows, orders).unwrap();
            }
        }
        compare(&lists, &models, &mut random);
    }
}

/// Some new events, behind some that may have been taken in before.
fn take(lists: &Listings, shard: ShardId, model: &mut Model, random: &mut Random) {
    (0..random.below(200)).for_each(|_| model.happen(shard, random));
    let position = lists.position(shard);
    let from = usize::try_from(position - random.below(position.min(9) + 1)).unwrap();
    lists.take(shard, &model.events[from..]).unwrap();
    assert_eq!(lists.position(shard), model.events.len() as u64);
}

fn reopen(lists: Listings, directory: &TempDir) -> Listings {
    drop(lists);
    open(directory)
}

fn compare(lists: &Listings, models: &[(ShardId, Model)], random: &mut Random) {
    let product = (random.below(2) == 0).then(|| product(random.below(4)));
    let buyer = (random.below(2) == 0).then(|| buyer(random.below(6)));
    let limit = usize::try_from(1 + random.below(30)).unwrap();
    let status = (random.below(2) == 0).then(|| random.of(&RESERVATION));
    let filter = ReservationFilter { product, buyer, status };
    let mut expected: Vec<_> =
        models.iter().flat_map(|(_, model)| model.reservations.values()).cloned().collect();
    expected.retain(|view| {
        filter.product.as_ref().is_none_or(|product| *product == view.product)
            && filter.buyer.as_ref().is_none_or(|buyer| *buyer == view.buyer)
            && filter.status.is_none_or(|status| status == view.status)
    });
    expected.sort_by_key(|view| Reverse((view.created_at, view.id)));
    assert_eq!(all_reservations(lists, &filter, limit), expected, "{filter:?}");

    let status = (random.below(2) == 0).then(|| random.of(&ORDER));
    let filter = OrderFilter { product: filter.product, buyer: filter.buyer, status };
    let mut expected: Vec<_> = models.iter().flat_map(|(_, model)| model.orders.values()).cloned().collect();
    expected.retain(|view| {
        filter.product.as_ref().is_none_or(|product| *product == view.product)
            && filter.buyer.as_ref().is_none_or(|buyer| *buyer == view.buyer)
            && filter.status.is_none_or(|status| status == view.status)
    });
    expected.sort_by_key(|view| Reverse((view.created_at, view.id)));
    assert_eq!(all_orders(lists, &filter, limit), expected, "{filter:?}");
}
