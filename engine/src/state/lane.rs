//! One lane of a product whose stock lies on several shards.

use bincode::{Decode, Encode};

use super::digest::Mix;
use crate::vocabulary::lane::{LaneView, Neighbour};
use crate::vocabulary::product::Stock;

/// What a lane has beside the stock that every product has.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Lane {
    /// Which one it is, from 0.
    pub(crate) index: u16,
    /// How often units became available here.
    pub(crate) gained: u64,
    /// What it knows of each lane, of itself nothing.
    pub(crate) neighbours: Vec<Neighbour>,
}

impl Lane {
    /// A lane of so many that has dealt with none of the others.
    pub(crate) fn new(index: u16, lanes: u16) -> Lane {
        Lane { index, gained: 0, neighbours: vec![Neighbour::default(); usize::from(lanes)] }
    }

    /// What it knows of another lane; nothing if there is none of that index, or it is this one.
    pub(crate) fn neighbour(&self, other: u16) -> Option<&Neighbour> {
        if other == self.index { None } else { self.neighbours.get(usize::from(other)) }
    }

    pub(crate) fn neighbour_mut(&mut self, other: u16) -> Option<&mut Neighbour> {
        if other == self.index { None } else { self.neighbours.get_mut(usize::from(other)) }
    }

    pub(crate) fn view(&self, stock: Stock) -> LaneView {
        LaneView { lane: self.index, stock, gained: self.gained, neighbours: self.neighbours.clone() }
    }

    pub(crate) fn digest(&self, mix: Mix) -> Mix {
        let mix = mix.word(u64::from(self.index)).word(self.gained);
        self.neighbours.iter().fold(mix, |mix, Neighbour { sent, on_the_way, received }| {
            mix.word(*sent).word(*on_the_way).word(*received)
        })
    }
}

/// A lane's share of a stock: an equal one, and one of the units that are left over if it is among the first.
pub(crate) fn share(stock: u64, lanes: u16, lane: u16) -> u64 {
    let lanes = u64::from(lanes.max(1));
    stock / lanes + u64::from(u64::from(lane) < stock % lanes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_differ_by_one_at_most() {
        for stock in [0, 1, 2, 7, 100, 1_000_000_000] {
            for lanes in [1, 2, 3, 7, 64] {
                let shares: Vec<u64> = (0..lanes).map(|lane| share(stock, lanes, lane)).collect();
                assert_eq!(shares.iter().sum::<u64>(), stock);
                assert!(shares[0] - shares[usize::from(lanes) - 1] <= 1, "{shares:?}");
            }
        }
    }
}
