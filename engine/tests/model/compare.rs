//! What must be the same in the model and in the engine.

use std::collections::BTreeMap;

use engine::view::{OrderView, ProductView, RefundView, ReservationView};
use engine::{
    Answer, Done, Event, Fact, OrderId, Outcome, ProductId, Query, RefundId, Refusal, ReservationId, Shard,
};

use super::reference::Shop;
use super::replicas::{Verdict, equal};

/// How many of a buyer's live reservations a refusal names.
const NAMED_MOST: usize = 20;

/// How everything looked after the step before.
#[derive(Default)]
pub(crate) struct Seen {
    products: BTreeMap<ProductId, ProductView>,
    reservations: BTreeMap<ReservationId, ReservationView>,
    orders: BTreeMap<OrderId, OrderView>,
    refunds: BTreeMap<RefundId, RefundView>,
}

impl Seen {
    /// Compares all there is, and whether what changed was told.
    pub(crate) fn compare(&mut self, shop: &Shop, shard: &Shard, events: &[Event]) -> Verdict {
        equal("the times", &shop.now, &shard.now())?;
        let ends = shop.next_end().map(|(at, _)| at);
        equal("the next deadlines", &ends.into_iter().chain(shop.windows()).min(), &shard.next_deadline())?;
        self.products(shop, shard)?;
        self.reservations(shop, shard, events)?;
        self.orders(shop, shard, events)?;
        self.refunds(shop, shard, events)
    }

    /// A stock's version grows with every change.
    fn products(&mut self, shop: &Shop, shard: &Shard) -> Verdict {
        let views = shard.products().map(|view| (view.id.clone(), view)).collect::<BTreeMap<_, _>>();
        equal(
            "which products there are",
            &shop.products.keys().collect(),
            &views.keys().collect::<Vec<_>>(),
        )?;
        for (id, view) in &views {
            let expected = shop.product_view(id);
            equal("the product", &expected, &without_version(view))?;
            let Some(before) = self.products.get(id) else { continue };
            let is_newer = view.stock.version > before.stock.version;
            let has_changed = without_version(before) != expected;
            if view.stock.version < before.stock.version || (has_changed && !is_newer) {
                return Err(format!("{id} changed, and its version went from {before:?} to {view:?}"));
            }
        }
        self.products = views;
        Ok(())
    }

    fn reservations(&mut self, shop: &Shop, shard: &Shard, events: &[Event]) -> Verdict {
        let views = shop.reservations.keys().map(|&id| (id, shop.reservation_view(id)));
        let views = views.collect::<BTreeMap<_, _>>();
        for (&id, view) in &views {
            let query = Query::Reservation(id, None);
            equal("the reservation", &Ok(Answer::Reservation(Box::new(view.clone()))), &shard.query(&query))?;
            if self.reservations.get(&id) != Some(view) {
                let mut told = events.iter().rev().filter_map(|event| match &event.fact {
                    Fact::Reservation(told) if told.id == id => Some(&**told),
                    _ => None,
                });
                equal("what was last told of a reservation", &Some(view), &told.next())?;
            }
        }
        for &gone in self.reservations.keys().filter(|id| !views.contains_key(id)) {
            let answer = shard.query(&Query::Reservation(gone, None));
            equal("a reservation that is forgotten", &Err(Refusal::NotFound), &answer)?;
        }
        self.reservations = views;
        Ok(())
    }

    fn orders(&mut self, shop: &Shop, shard: &Shard, events: &[Event]) -> Verdict {
        for &id in shop.orders.keys() {
            let view = shop.order_view(id);
            let answer = shard.query(&Query::Order(id, Some(view.buyer.clone())));
            equal("the order", &Ok(Answer::Order(Box::new(view.clone()))), &answer)?;
            if self.orders.get(&id) != Some(&view) {
                let mut told = events.iter().rev().filter_map(|event| match &event.fact {
                    Fact::Order(told) if told.id == id => Some(&**told),
                    _ => None,
                });
                equal("what was last told of an order", &Some(&view), &told.next())?;
                self.orders.insert(id, view);
            }
        }
        Ok(())
    }

    fn refunds(&mut self, shop: &Shop, shard: &Shard, events: &[Event]) -> Verdict {
        for &id in shop.refunds.keys() {
            let view = shop.refund_view(id);
            let answer = shard.query(&Query::Refund(id));
            equal("the refund", &Ok(Answer::Refund(Box::new(view.clone()))), &answer)?;
            if self.refunds.get(&id) != Some(&view) {
                let mut told = events.iter().rev().filter_map(|event| match &event.fact {
                    Fact::Refund(told) if told.id == id => Some(&**told),
                    _ => None,
                });
                equal("what was last told of a refund", &Some(&view), &told.next())?;
                self.refunds.insert(id, view);
            }
        }
        Ok(())
    }
}

/// An outcome without what the model does not know: a stock's version, and which twenty of more live reservations are named.
pub(crate) fn outcome(is: &Outcome, expected: &Outcome) -> Outcome {
    match is {
        Outcome::Done(is) => Outcome::Done(done(is)),
        Outcome::Replayed(is) => Outcome::Replayed(done(is)),
        Outcome::Refused(Refusal::LimitReached { limit, in_group, live }) => {
            let mut live = live.clone();
            live.sort_unstable();
            if let Outcome::Refused(Refusal::LimitReached { live: all, .. }) = expected
                && live.len() == NAMED_MOST
                && live.iter().all(|id| all.contains(id))
            {
                live.clone_from(all);
            }
            Outcome::Refused(Refusal::LimitReached { limit: *limit, in_group: *in_group, live })
        }
        Outcome::Refused(refusal) => Outcome::Refused(refusal.clone()),
    }
}

/// The same of an answer.
pub(crate) fn answer(is: &Answer) -> Answer {
    match is {
        Answer::Product(product, created) => Answer::Product(Box::new(without_version(product)), *created),
        Answer::Adjustment(adjustment) => {
            let mut adjustment = adjustment.clone();
            adjustment.stock.version = 0;
            Answer::Adjustment(adjustment)
        }
        other => other.clone(),
    }
}

fn done(is: &Done) -> Done {
    match is {
        Done::Product { created, product } => {
            Done::Product { created: *created, product: Box::new(without_version(product)) }
        }
        Done::Adjusted(adjustment) => {
            let mut adjustment = adjustment.clone();
            adjustment.stock.version = 0;
            Done::Adjusted(adjustment)
        }
        other => other.clone(),
    }
}

fn without_version(product: &ProductView) -> ProductView {
    let mut product = product.clone();
    product.stock.version = 0;
    product
}
