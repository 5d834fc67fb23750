//! What one buyer has of each product: units that count against limits, and live reservations.

use std::collections::BTreeMap;

use super::{NONE, Slot};

/// A product's slot with the number of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) group: u32,
    pub(crate) product: Slot,
}

/// What a buyer has of one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) place: Place,
    /// Units in live holds, and in orders whose units did not go back.
    pub(crate) units: u32,
    /// The first of the buyer's live reservations of it.
    pub(crate) live: Slot,
}

/// How many products a buyer's shares are searched one by one. Whoever has more gets a tree.
const FEW: usize = 8;

/// A buyer's shares. Nearly all have one or two; a buyer of everything must not make anybody wait.
#[derive(Default)]
pub(crate) enum Shares {
    #[default]
    None,
    One(Share),
    /// In order of their places.
    Few(Vec<Share>),
    Many(Box<Tree>),
}

#[derive(Default)]
pub(crate) struct Tree {
    shares: BTreeMap<Place, Share>,
    units_by_group: BTreeMap<u32, u64>,
}

impl Shares {
    pub(crate) fn get(&self, place: Place) -> Option<&Share> {
        match self {
            Shares::None => None,
            Shares::One(share) => Some(share).filter(|share| share.place == place),
            Shares::Few(shares) => shares.iter().find(|share| share.place == place),
            Shares::Many(tree) => tree.shares.get(&place),
        }
    }

    /// The units of all products of a group.
    pub(crate) fn units_of_group(&self, group: u32) -> u64 {
        match self {
            Shares::Many(tree) => tree.units_by_group.get(&group).copied().unwrap_or(0),
            _ => self.of_group(group).map(|share| u64::from(share.units)).sum(),
        }
    }

    /// The shares of a group's products, in order of the products' creation.
    pub(crate) fn of_group(&self, group: u32) -> impl Iterator<Item = &Share> {
        let (few, many) = match self {
            Shares::None => (&[][..], None),
            Shares::One(share) => (std::slice::from_ref(share), None),
            Shares::Few(shares) => (&shares[..], None),
            Shares::Many(tree) => {
                let bounds = Place { group, product: 0 }..=Place { group, product: NONE };
                (&[][..], Some(tree.shares.range(bounds)))
            }
        };
        let many = many.into_iter().flatten().map(|(_, share)| share);
        few.iter().filter(move |share| share.place.group == group).chain(many)
    }

    /// The share at `place`, to change which live reservations it has.
    pub(crate) fn get_mut(&mut self, place: Place) -> Option<&mut Share> {
        match self {
            Shares::None => None,
            Shares::One(share) => Some(share).filter(|share| share.place == place),
            Shares::Few(shares) => shares.iter_mut().find(|share| share.place == place),
            Shares::Many(tree) => tree.shares.get_mut(&place),
        }
    }

    /// Counts `units` more.
    pub(crate) fn add(&mut self, place: Place, units: u32) {
        if let Shares::Many(tree) = self {
            let sum = tree.units_by_group.entry(place.group).or_default();
            *sum = sum.saturating_add(u64::from(units));
        }
        match self.get_mut(place) {
            Some(share) => share.units = share.units.saturating_add(units),
            None => self.insert(Share { place, units, live: NONE }),
        }
    }

    /// Counts `units` less, and forgets the share if that was all.
    pub(crate) fn subtract(&mut self, place: Place, units: u32) {
        let Some(share) = self.get_mut(place) else { return };
        share.units = share.units.saturating_sub(units);
        let over = share.units == 0 && share.live == NONE;
        if let Shares::Many(tree) = self {
            let sum = tree.units_by_group.entry(place.group).or_default();
            *sum = sum.saturating_sub(u64::from(units));
            if *sum == 0 {
                tree.units_by_group.remove(&place.group);
            }
        }
        if over {
            self.remove(place);
        }
    }

    fn insert(&mut self, share: Share) {
        match self {
            Shares::None => *self = Shares::One(share),
            Shares::One(one) => {
                let mut shares = vec![*one, share];
                shares.sort_by_key(|share| share.place);
                *self = Shares::Few(shares);
            }
            Shares::Few(shares) if shares.len() < FEW => {
                let at = shares.partition_point(|other| other.place < share.place);
                shares.insert(at, share);
            }
            Shares::Few(shares) => *self = Shares::Many(Box::new(Tree::of(shares, share))),
            Shares::Many(tree) => {
                tree.shares.insert(share.place, share);
            }
        }
    }

    fn remove(&mut self, place: Place) {
        match self {
            Shares::None => {}
            Shares::One(_) => *self = Shares::None,
            Shares::Few(shares) => {
                shares.retain(|share| share.place != place);
                if let [share] = shares[..] {
                    *self = Shares::One(share);
                }
            }
            Shares::Many(tree) => {
                tree.shares.remove(&place);
                if tree.shares.len() <= FEW / 2 {
                    *self = Shares::Few(tree.shares.values().copied().collect());
                }
            }
        }
    }
}

impl Tree {
    fn of(shares: &[Share], new: Share) -> Tree {
        let mut tree = Tree::default();
        for share in shares.iter().chain([&new]) {
            *tree.units_by_group.entry(share.place.group).or_default() += u64::from(share.units);
            tree.shares.insert(share.place, *share);
        }
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(number: u32) -> Place {
        Place { group: number % 3, product: number }
    }

    fn sizes(shares: &Shares) -> (u32, u64, usize) {
        let units = (0..40).filter_map(|number| shares.get(place(number))).map(|share| share.units).sum();
        let groups = [0, 1, 2];
        let of_groups = groups.iter().map(|&group| shares.units_of_group(group)).sum();
        (units, of_groups, groups.iter().map(|&group| shares.of_group(group).count()).sum())
    }

    #[test]
    fn sums_are_right_at_every_size_up_and_down() {
        let mut shares = Shares::default();
        for number in (0..40).rev() {
            shares.add(place(number), 1);
            shares.add(place(number), 1);
            assert_eq!(sizes(&shares), (80 - 2 * number, u64::from(80 - 2 * number), 40 - number as usize));
        }
        for number in 0..40 {
            shares.subtract(place(number), 2);
            assert_eq!(sizes(&shares), (78 - 2 * number, u64::from(78 - 2 * number), 39 - number as usize));
        }
        assert!(matches!(shares, Shares::None));
    }

    #[test]
    fn a_group_lists_its_products_in_order_at_every_size() {
        for size in [1, 2, 8, 9, 30] {
            let mut shares = Shares::default();
            (0..size).rev().for_each(|number| shares.add(Place { group: 7, product: number }, 1));
            let products = shares.of_group(7).map(|share| share.place.product).collect::<Vec<_>>();
            assert_eq!(products, (0..size).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_not_there_cannot_be_taken_away() {
        let mut shares = Shares::default();
        shares.subtract(place(1), 5);
        shares.add(place(1), 3);
        shares.subtract(place(1), 5);
        assert!(matches!(shares, Shares::None));
    }
}
