//! Parked attempts: those that may succeed if something in flight fails. They wait in the order in which they came.

use std::collections::{BTreeMap, VecDeque};

use engine::ProductId;

use super::flights::Item;

/// How many attempts may be parked on a shard.
pub(super) const PARKED_MAX: usize = 100_000;

/// Parked attempts, a queue for each product. Newcomers go behind, and only the head is looked at again.
#[derive(Debug)]
pub(super) struct Parked<R> {
    queues: BTreeMap<ProductId, VecDeque<Item<R>>>,
    parked: usize,
}

impl<R> Default for Parked<R> {
    fn default() -> Parked<R> {
        Parked { queues: BTreeMap::new(), parked: 0 }
    }
}

impl<R> Parked<R> {
    /// Whether attempts at `product` are parked.
    pub(super) fn holds(&self, product: &ProductId) -> bool {
        self.queues.contains_key(product)
    }

    /// Whether there is no room for another.
    pub(super) fn is_full(&self) -> bool {
        self.parked >= PARKED_MAX
    }

    /// How many attempts are parked.
    pub(super) fn len(&self) -> usize {
        self.parked
    }

    /// Parks an attempt behind those of its product.
    pub(super) fn park(&mut self, product: ProductId, item: Item<R>) {
        self.queues.entry(product).or_default().push_back(item);
        self.parked += 1;
    }

    /// The products with parked attempts.
    pub(super) fn products(&self) -> Vec<ProductId> {
        self.queues.keys().cloned().collect()
    }

    /// The first in the queue of `product`.
    pub(super) fn head(&self, product: &ProductId) -> Option<&Item<R>> {
        self.queues.get(product)?.front()
    }

    /// Takes the first out of the queue of `product`.
    pub(super) fn pop(&mut self, product: &ProductId) -> Option<Item<R>> {
        let queue = self.queues.get_mut(product)?;
        let item = queue.pop_front()?;
        self.parked -= 1;
        if queue.is_empty() {
            self.queues.remove(product);
        }
        Some(item)
    }

    /// Takes out all for which `out` holds.
    pub(super) fn extract(&mut self, out: impl Fn(&Item<R>) -> bool) -> Vec<Item<R>> {
        let mut taken = Vec::new();
        self.queues.retain(|_, queue| {
            let (gone, kept): (Vec<_>, VecDeque<_>) =
                queue.drain(..).fold(Default::default(), |(mut g, mut k), item| {
                    if out(&item) {
                        g.push(item)
                    } else {
                        k.push_back(item)
                    }
                    (g, k)
                });
            taken.extend(gone);
            *queue = kept;
            !queue.is_empty()
        });
        self.parked -= taken.len();
        taken
    }
}
