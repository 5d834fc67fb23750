//! Lanes: the parts of a product's stock that lie on different shards, and units on their way from one to another.
//!
//! A buyer deals with one lane alone, so limits, keys and quantities stay on one shard; units move to buyers, not buyers
//! to units. A transfer takes two steps, one in each lane's log, and a third that forgets it: [`Command::SendUnits`] at
//! the lane that gives, then [`Command::ReceiveUnits`] at the lane that takes, then [`Command::SettleUnits`] at the first.
//! Between a pair of lanes one is under way at a time, and its number says which: whatever is repeated is done once.
//!
//! [`Command::SendUnits`]: super::command::Command::SendUnits
//! [`Command::ReceiveUnits`]: super::command::Command::ReceiveUnits
//! [`Command::SettleUnits`]: super::command::Command::SettleUnits

use bincode::{Decode, Encode};

use super::product::Stock;
use super::text::ProductId;

/// Units on their way from one lane to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Transfer {
    /// Of which product.
    pub product: ProductId,
    /// The lane that gives, from 0.
    pub from: u16,
    /// The lane that takes.
    pub to: u16,
    /// Counts the transfers between the two in this direction, from 1.
    pub number: u64,
    /// How many units.
    pub units: u64,
}

/// What a lane knows of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Neighbour {
    /// The number of the newest transfer that was sent there.
    pub sent: u64,
    /// Its units, until it is known that they arrived: they are counted as available where they go.
    pub on_the_way: u64,
    /// The number of the newest transfer that was received from there.
    pub received: u64,
}

/// How a lane is at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct LaneView {
    /// Which one, from 0.
    pub lane: u16,
    /// Its units, those on the way from it not among them.
    pub stock: Stock,
    /// Grows whenever units become available here: by a hold that ends, a refund, an adjustment, a transfer. While it
    /// stands still, what is available only becomes less.
    pub gained: u64,
    /// What it knows of each lane, in their order; of itself nothing.
    pub neighbours: Vec<Neighbour>,
}
