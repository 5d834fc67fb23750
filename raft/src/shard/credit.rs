//! Credit: what is promised to attempts in flight, so that nothing is promised twice.

use std::collections::HashMap;
use std::hash::Hash;

use engine::command::Reserve;
use engine::{BuyerId, ProductId};

/// Units that attempts in flight will take if they succeed.
#[derive(Debug, Default)]
pub(super) struct Credit {
    products: HashMap<ProductId, u64>,
    buyers: HashMap<(BuyerId, ProductId), u64>,
    groups: HashMap<(BuyerId, Box<str>), u64>,
}

impl Credit {
    /// Whether `reserve` fits into `room` beside everything in flight.
    pub(super) fn allows(&self, reserve: &Reserve, room: &engine::Room<'_>) -> bool {
        let wanted = u64::from(reserve.quantity);
        let fits =
            |taken: Option<&u64>, free: u64| taken.copied().unwrap_or(0).saturating_add(wanted) <= free;
        let group = || (reserve.buyer.clone(), reserve.product.group().into());
        fits(self.products.get(&reserve.product), room.available)
            && fits(self.buyers.get(&(reserve.buyer.clone(), reserve.product.clone())), room.allowance)
            && room.group.is_none_or(|(_, free)| fits(self.groups.get(&group()), free))
    }

    /// `reserve` goes on its way.
    pub(super) fn take(&mut self, reserve: &Reserve) {
        let units = u64::from(reserve.quantity);
        *self.products.entry(reserve.product.clone()).or_default() += units;
        *self.buyers.entry((reserve.buyer.clone(), reserve.product.clone())).or_default() += units;
        *self.groups.entry((reserve.buyer.clone(), reserve.product.group().into())).or_default() += units;
    }

    /// What came of `reserve` is known.
    pub(super) fn give_back(&mut self, reserve: &Reserve) {
        let units = u64::from(reserve.quantity);
        subtract(&mut self.products, reserve.product.clone(), units);
        subtract(&mut self.buyers, (reserve.buyer.clone(), reserve.product.clone()), units);
        subtract(&mut self.groups, (reserve.buyer.clone(), reserve.product.group().into()), units);
    }
}

fn subtract<K: Hash + Eq>(map: &mut HashMap<K, u64>, key: K, units: u64) {
    let std::collections::hash_map::Entry::Occupied(mut entry) = map.entry(key) else {
        panic!("credit is given back once for each time that it was taken");
    };
    *entry.get_mut() -= units;
    if *entry.get() == 0 {
        entry.remove();
    }
}
