//! What all lanes come to together, from one view of each.

use crate::vocabulary::lane::LaneView;

/// What two collects over all lanes say of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There was a moment between the two when fewer units were available than are wanted.
    SoldOut {
        /// At most as many were.
        available: u64,
        /// Whether any can come back: something is held.
        may_return: bool,
    },
    /// There may be enough.
    Enough,
    /// Units became available somewhere in between: nothing can be said.
    Changed,
}

/// Judges whether a product is sold out for `quantity` units, by two views of every lane: `first` was collected whole
/// before the first of `second` was.
///
/// Take the moment between the collects. Where a lane's `gained` is the same in both its views, what is available there
/// only became less from the one to the other, so at that moment it was at most what the first told. Units that were on
/// their way at that moment either were available in the first view of the lane that they left, or had left it, and then
/// that view tells of them and the first view of the lane that they go to does not. So the sum of the first collect is
/// at least what was available at that moment, and if it is below `quantity` a refusal is true of it. (Two equal sums
/// alone would not do: a unit that comes free here just before one is taken there is seen by neither.)
pub fn judge(first: &[LaneView], second: &[LaneView], quantity: u32) -> Verdict {
    let most = available(first);
    if most >= u64::from(quantity) {
        return Verdict::Enough;
    }
    let stood_still = |(first, second): (&LaneView, &LaneView)| first.gained == second.gained;
    if first.len() != second.len() || !first.iter().zip(second).all(stood_still) {
        return Verdict::Changed;
    }
    Verdict::SoldOut { available: most, may_return: second.iter().any(|lane| lane.stock.held > 0) }
}

/// The units that are available over all lanes, those on their way among them.
pub fn available(lanes: &[LaneView]) -> u64 {
    let there = lanes.iter().map(|lane| lane.stock.available);
    there.fold(0, u64::saturating_add).saturating_add(in_transit(lanes))
}

/// All units over all lanes: of views of one moment, what the product started with and was adjusted by, always.
pub fn conserved(lanes: &[LaneView]) -> u64 {
    let there = lanes.iter().map(|lane| lane.stock.total);
    there.fold(0, u64::saturating_add).saturating_add(in_transit(lanes))
}

/// Units that left a lane and have not arrived where they go, by what both say.
fn in_transit(lanes: &[LaneView]) -> u64 {
    let from = |from: &LaneView| {
        let arrived = |to: &LaneView| {
            to.neighbours.get(usize::from(from.lane)).map_or(0, |neighbour| neighbour.received)
        };
        let ways = from.neighbours.iter().zip(lanes);
        let missing = ways.filter(|(neighbour, to)| arrived(to) < neighbour.sent);
        missing.map(|(neighbour, _)| neighbour.on_the_way).fold(0, u64::saturating_add)
    };
    lanes.iter().map(from).fold(0, u64::saturating_add)
}
