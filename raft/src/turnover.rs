//! Turnover: which node came, or is coming, in the place of which, and which are gone for good.
//!
//! Every node keeps what it knows of this, durably, and what two of them know is put together by a union: nothing is ever
//! taken back. A node's *place* is its own and that of all who came, one after the other, in its stead. In each shard's
//! group one node of a place votes, so who is to go from a shard follows from the place and from the shard's members.

use std::collections::BTreeSet;

use bincode::{Decode, Encode};

use crate::types::NodeId;

/// Which node came, or is coming, in the place of which, and which are gone for good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Turnover {
    /// Who goes, and who comes in its place.
    pairs: BTreeSet<(NodeId, NodeId)>,
    /// Those whose place another one has in every shard: nobody is known by their ids ever again.
    retired: BTreeSet<NodeId>,
}

/// What a node is told of the turnover.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Notice {
    /// To be noted down.
    pub(crate) news: Turnover,
    /// The one that is to go and the one that is to come in its place by these news, if a replacement begins with them.
    pub(crate) begins: Option<(NodeId, NodeId)>,
}

/// A replacement does not go together with what has begun or is over, as it says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Untimely {
    #[error(
        "node {new} was replaced before, and its id is not used again: what comes needs an id that no node had"
    )]
    Retired { new: NodeId },
    #[error("node {new} is being replaced itself, by node {by}: go on with `--old {new} --new {by}`")]
    Going { new: NodeId, by: NodeId },
    #[error(
        "node {new} comes in the place of node {of}: what comes in the place of node {old} needs an id that no node had"
    )]
    Taken { new: NodeId, of: NodeId, old: NodeId },
    #[error(
        "node {by} is taking the place of node {old}, and is not through: run that again, `--old {old} --new {by}`, until it \
         is done; or if node {by} is lost for good, put node {new} in the place of both: `--old {by} --new {new}`"
    )]
    Taking { old: NodeId, by: NodeId, new: NodeId },
    #[error("node {old} was replaced by node {by} before: if that is to go, `--old {by} --new {new}`")]
    Over { old: NodeId, by: NodeId, new: NodeId },
}

impl Turnover {
    /// That `new` comes in the place of `old`.
    pub(crate) fn of_pair(old: NodeId, new: NodeId) -> Turnover {
        Turnover { pairs: [(old, new)].into(), retired: BTreeSet::new() }
    }

    /// That `nodes` are gone for good.
    pub(crate) fn of_retired(nodes: BTreeSet<NodeId>) -> Turnover {
        Turnover { pairs: BTreeSet::new(), retired: nodes }
    }

    /// What is known by both.
    pub(crate) fn and(mut self, other: &Turnover) -> Turnover {
        self.pairs.extend(&other.pairs);
        self.retired.extend(&other.retired);
        self
    }

    /// Whether all of `other` is known.
    pub(crate) fn covers(&self, other: &Turnover) -> bool {
        self.pairs.is_superset(&other.pairs) && self.retired.is_superset(&other.retired)
    }

    /// How much it is, in nodes and pairs of them.
    pub(crate) fn len(&self) -> usize {
        self.pairs.len() + self.retired.len()
    }

    /// Those that are gone for good.
    pub(crate) fn retired(&self) -> &BTreeSet<NodeId> {
        &self.retired
    }

    /// Whether `new` came, or is coming, in the place of `old`, be it by way of others.
    pub(crate) fn knows(&self, old: NodeId, new: NodeId) -> bool {
        old != new && self.place(old).contains(&new)
    }

    /// Whether the node came, or is coming, in another one's place.
    pub(crate) fn has_come(&self, node: NodeId) -> bool {
        self.pairs.iter().any(|&(_, new)| new == node)
    }

    /// Those who go when `new` takes the place of `old`: `old`, and all who had, or were to have, that place before.
    ///
    /// # Errors
    /// What `new`, or another one that comes in that place, is in the middle of.
    pub(crate) fn going(&self, old: NodeId, new: NodeId) -> Result<BTreeSet<NodeId>, Untimely> {
        if self.retired.contains(&new) {
            return Err(Untimely::Retired { new });
        }
        if let Some(by) = self.successor(new) {
            return Err(Untimely::Going { new, by });
        }
        // By where it comes, and not by what is known of it: of one that comes for two nobody could tell whose place it has.
        let without = self.pairs.iter().copied().filter(|(_, came)| *came != new).collect();
        let place = Turnover { pairs: without, retired: BTreeSet::new() }.place(old);
        if let Some(&(of, _)) = self.pairs.iter().find(|(of, came)| *came == new && !place.contains(of)) {
            return Err(Untimely::Taken { new, of, old });
        }
        let mut place = self.clone().and(&Turnover::of_pair(old, new)).place(old);
        place.remove(&new);
        // Another one that nobody was to follow has the place, or is about to.
        let rival = place.iter().copied().find(|&node| node != old && self.successor(node).is_none());
        match rival {
            Some(by) if self.retired.contains(&old) => Err(Untimely::Over { old, by, new }),
            Some(by) => Err(Untimely::Taking { old, by, new }),
            None => Ok(place),
        }
    }

    fn successor(&self, node: NodeId) -> Option<NodeId> {
        self.pairs.iter().find(|(old, _)| *old == node).map(|&(_, new)| new)
    }

    /// The nodes of the place that a node has, or had.
    fn place(&self, node: NodeId) -> BTreeSet<NodeId> {
        let mut place = BTreeSet::from([node]);
        loop {
            let touching = self.pairs.iter().filter(|(old, new)| place.contains(old) || place.contains(new));
            let grown: BTreeSet<NodeId> = touching.flat_map(|&(old, new)| [old, new]).chain([node]).collect();
            if grown == place {
                return place;
            }
            place = grown;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turnover(pairs: &[(NodeId, NodeId)], retired: &[NodeId]) -> Turnover {
        Turnover { pairs: pairs.iter().copied().collect(), retired: retired.iter().copied().collect() }
    }

    #[test]
    fn who_goes_are_all_who_had_or_were_to_have_the_place() {
        assert_eq!(Turnover::default().going(3, 4), Ok([3].into()), "the first of its place");
        let begun = turnover(&[(3, 4)], &[]);
        assert_eq!(begun.going(3, 4), Ok([3].into()), "the same again");
        assert_eq!(begun.going(4, 5), Ok([3, 4].into()), "the newcomer is lost");
        let both = begun.and(&Turnover::of_pair(4, 5));
        for old in [3, 4] {
            assert_eq!(both.going(old, 5), Ok([3, 4].into()), "by either name");
        }
        let over = turnover(&[(3, 4)], &[3]);
        assert_eq!(over.going(3, 4), Ok([3].into()), "told once more");
        assert_eq!(over.going(4, 5), Ok([3, 4].into()), "and then a member like any other");
    }

    #[test]
    fn another_place_is_another_matter() {
        let begun = turnover(&[(3, 4)], &[]);
        assert_eq!(begun.going(2, 5), Ok([2].into()));
        assert_eq!(begun.going(2, 4), Err(Untimely::Taken { new: 4, of: 3, old: 2 }));
        assert!(begun.knows(3, 4) && !begun.knows(2, 4) && !begun.knows(9, 9));
    }

    #[test]
    fn one_that_is_said_to_come_for_two_comes_for_neither() {
        let torn = turnover(&[(1, 4), (2, 4)], &[]);
        assert_eq!(torn.going(1, 4), Err(Untimely::Taken { new: 4, of: 2, old: 1 }));
        assert_eq!(torn.going(2, 4), Err(Untimely::Taken { new: 4, of: 1, old: 2 }));
    }

    #[test]
    fn what_is_not_through_comes_first_and_tells_the_way_out() {
        let begun = turnover(&[(3, 4)], &[]);
        let taking = begun.going(3, 5).expect_err("refused");
        assert_eq!(taking, Untimely::Taking { old: 3, by: 4, new: 5 });
        let words = taking.to_string();
        assert!(words.contains("`--old 3 --new 4`") && words.contains("`--old 4 --new 5`"), "{words}");
        let superseded = turnover(&[(3, 4), (4, 5)], &[]);
        assert_eq!(superseded.going(3, 4), Err(Untimely::Going { new: 4, by: 5 }));
        assert_eq!(superseded.going(3, 6), Err(Untimely::Taking { old: 3, by: 5, new: 6 }));
        assert_eq!(superseded.going(5, 6), Ok([3, 4, 5].into()));
    }

    #[test]
    fn who_is_gone_never_comes_and_is_not_replaced_again() {
        let over = turnover(&[(3, 4)], &[3]);
        assert_eq!(over.going(4, 3), Err(Untimely::Retired { new: 3 }));
        assert_eq!(over.going(3, 5), Err(Untimely::Over { old: 3, by: 4, new: 5 }));
    }

    /// Two that began at the same moment, by way of different nodes, can each be noted where the other is not.
    #[test]
    fn of_two_that_began_at_once_one_is_put_in_the_place_of_the_other() {
        let torn = turnover(&[(3, 4)], &[]).and(&turnover(&[(3, 5)], &[]));
        assert_eq!(torn.going(3, 4), Err(Untimely::Taking { old: 3, by: 5, new: 4 }));
        assert_eq!(torn.going(3, 5), Err(Untimely::Taking { old: 3, by: 4, new: 5 }));
        assert_eq!(torn.going(4, 5), Ok([3, 4].into()));
        assert_eq!(torn.going(5, 4), Ok([3, 5].into()));
        let mended = torn.and(&Turnover::of_pair(4, 5));
        assert_eq!(mended.going(3, 5), Ok([3, 4].into()));
        assert_eq!(mended.going(4, 5), Ok([3, 4].into()));
    }

    #[test]
    fn nothing_is_lost_when_two_are_put_together() {
        let (one, other) = (turnover(&[(3, 4)], &[3]), turnover(&[(2, 5)], &[2]));
        let both = one.clone().and(&other);
        assert_eq!(both, other.clone().and(&one));
        assert!(both.covers(&one) && both.covers(&other) && !one.covers(&other));
        assert_eq!((both.len(), both.retired()), (4, &[2, 3].into()));
    }
}
