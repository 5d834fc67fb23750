//! Parked attempts: those that may succeed if something in flight fails. They wait in the order in which they came.

use std::collections::BTreeMap;

use engine::{LogTime, ProductId};

use super::flights::Item;

/// How many attempts may be parked on a shard.
pub(super) const PARKED_MAX: usize = 100_000;

/// Parked attempts, a queue for each product. Newcomers go behind, and only the head is looked at again. A second order,
/// by deadline, finds those whose time is up without a look at the others.
#[derive(Debug)]
pub(super) struct Parked<R> {
    /// By ticket: the order in which they came.
    queues: BTreeMap<ProductId, BTreeMap<u64, Item<R>>>,
    /// One for each parked attempt.
    deadlines: BTreeMap<(LogTime, u64), ProductId>,
    next_ticket: u64,
}

impl<R> Default for Parked<R> {
    fn default() -> Parked<R> {
        Parked { queues: BTreeMap::new(), deadlines: BTreeMap::new(), next_ticket: 0 }
    }
}

impl<R> Parked<R> {
    /// Whether attempts at `product` are parked.
    pub(super) fn holds(&self, product: &ProductId) -> bool {
        self.queues.contains_key(product)
    }

    /// Whether there is no room for another.
    pub(super) fn is_full(&self) -> bool {
        self.len() >= PARKED_MAX
    }

    /// How many attempts are parked.
    pub(super) fn len(&self) -> usize {
        self.deadlines.len()
    }

    /// Parks an attempt behind those of its product. Cost: O(log n).
    pub(super) fn park(&mut self, product: ProductId, item: Item<R>) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.deadlines.insert((item.proposal.not_after, ticket), product.clone());
        self.queues.entry(product).or_default().insert(ticket, item);
    }

    /// The products with parked attempts.
    pub(super) fn products(&self) -> Vec<ProductId> {
        self.queues.keys().cloned().collect()
    }

    /// The first in the queue of `product`.
    pub(super) fn head(&self, product: &ProductId) -> Option<&Item<R>> {
        self.queues.get(product)?.first_key_value().map(|(_, item)| item)
    }

    /// Takes the first out of the queue of `product`. Cost: O(log n).
    pub(super) fn pop(&mut self, product: &ProductId) -> Option<Item<R>> {
        let ticket = *self.queues.get(product)?.first_key_value()?.0;
        let item = self.take(product, ticket)?;
        self.deadlines.remove(&(item.proposal.not_after, ticket));
        Some(item)
    }

    /// Takes out all whose time is up. Cost: O(log n) for each of them.
    pub(super) fn overdue(&mut self, now: LogTime) -> Vec<Item<R>> {
        let mut late = Vec::new();
        while let Some(first) = self.deadlines.first_entry().filter(|first| first.key().0 < now) {
            let ((_, ticket), product) = first.remove_entry();
            late.extend(self.take(&product, ticket));
        }
        late
    }

    /// Takes out all.
    pub(super) fn drain(&mut self) -> Vec<Item<R>> {
        self.deadlines.clear();
        std::mem::take(&mut self.queues).into_values().flat_map(BTreeMap::into_values).collect()
    }

    fn take(&mut self, product: &ProductId, ticket: u64) -> Option<Item<R>> {
        let queue = self.queues.get_mut(product)?;
        let item = queue.remove(&ticket);
        if queue.is_empty() {
            self.queues.remove(product);
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use engine::command::Cancel;
    use engine::{Command, Proposal, ReservationId};

    use super::*;

    fn product(name: &str) -> ProductId {
        name.parse().expect("well formed")
    }

    fn item(number: u8, not_after: u64) -> Item<()> {
        let command = Command::Cancel(Cancel { reservation: ReservationId([number; 16]), buyer: None });
        Item {
            proposal: Proposal { command, key: None, not_after: LogTime(not_after) },
            waiter: None,
            arrived: 0,
            pays: false,
        }
    }

    fn numbers(items: &[Item<()>]) -> Vec<u64> {
        items.iter().map(|item| item.proposal.not_after.0).collect()
    }

    #[test]
    fn the_overdue_leave_and_the_others_keep_their_order() {
        let mut parked = Parked::default();
        for (name, number, not_after) in
            [("b", 1, 50), ("a", 2, 10), ("a", 3, 40), ("a", 4, 20), ("b", 5, 20), ("a", 6, 30)]
        {
            parked.park(product(name), item(number, not_after));
        }
        assert_eq!(
            numbers(&parked.overdue(LogTime(20))),
            [10],
            "at its deadline an attempt may still be admitted"
        );
        assert_eq!(numbers(&parked.overdue(LogTime(21))), [20, 20]);
        assert_eq!((parked.len(), numbers(&parked.overdue(LogTime(21)))), (3, vec![]));
        let order: Vec<u64> =
            std::iter::from_fn(|| parked.pop(&product("a")).map(|item| item.proposal.not_after.0)).collect();
        assert_eq!(order, [40, 30], "as they came");
        assert!(!parked.holds(&product("a")) && parked.holds(&product("b")));
        assert_eq!(
            (parked.len(), numbers(&parked.overdue(LogTime(41)))),
            (1, vec![]),
            "who left is not counted"
        );
        assert_eq!(numbers(&parked.drain()), [50]);
        assert_eq!((parked.len(), parked.overdue(LogTime(u64::MAX)).len()), (0, 0));
    }
}
