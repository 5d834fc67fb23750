//! Agreement: whether this node's state of a shard is the one that the others have. Equal logs must make equal states; a
//! node where they did not, be it for a broken memory or an error of ours, must not go on selling.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::types::NodeId;

/// What hashes a node has, by log index.
pub(super) type Hashes = Vec<(u64, u64)>;

/// What a comparison at one log index came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comparison {
    /// At which index.
    pub(super) index: u64,
    /// The hash of each node that has one there, this node included.
    pub(super) hashes: BTreeMap<NodeId, u64>,
    pub(super) verdict: Verdict,
}

/// Who is right, by a majority of the members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A majority has the hash of this node.
    Ours,
    /// A majority has this other hash: this node's state is wrong.
    Theirs(u64),
    /// No majority has any one hash.
    Nobody,
}

impl Comparison {
    /// The nodes whose hash is another than that of `node`.
    pub(super) fn others_than(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let own = self.hashes.get(&node);
        self.hashes.iter().filter(move |(_, hash)| Some(*hash) != own).map(|(&node, _)| node)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at log index {}", self.index)?;
        for (number, (node, hash)) in self.hashes.iter().enumerate() {
            let before = if number == 0 { ": " } else { ", " };
            write!(f, "{before}node {node} has {hash:016x}")?;
        }
        Ok(())
    }
}

/// Compares what `node` has with what the others have, at each index that it has. A majority against it at any of them
/// counts before all else, for it never passes; otherwise the newest index counts at which a majority is known or anybody
/// differs. Nothing where there is nothing to compare.
pub(super) fn compare(
    node: NodeId,
    members: &BTreeSet<NodeId>,
    own: &Hashes,
    others: &[(NodeId, Hashes)],
) -> Option<Comparison> {
    let mut comparisons: Vec<Comparison> = own
        .iter()
        .filter_map(|&(index, hash)| at_index(node, members, index, hash, others))
        .filter(|comparison| {
            comparison.verdict != Verdict::Nobody || comparison.others_than(node).count() > 0
        })
        .collect();
    comparisons
        .sort_by_key(|comparison| (matches!(comparison.verdict, Verdict::Theirs(_)), comparison.index));
    comparisons.pop()
}

fn at_index(
    node: NodeId,
    members: &BTreeSet<NodeId>,
    index: u64,
    own: u64,
    others: &[(NodeId, Hashes)],
) -> Option<Comparison> {
    let hash_of = |hashes: &Hashes| hashes.iter().find(|(at, _)| *at == index).map(|&(_, hash)| hash);
    let known = others.iter().filter_map(|(other, hashes)| Some((*other, hash_of(hashes)?)));
    let hashes: BTreeMap<NodeId, u64> = known.chain([(node, own)]).collect();
    if hashes.len() < 2 {
        return None;
    }
    let verdict = match majority(members, &hashes) {
        Some(hash) if hash == own => Verdict::Ours,
        Some(hash) => Verdict::Theirs(hash),
        None => Verdict::Nobody,
    };
    Some(Comparison { index, hashes, verdict })
}

/// The hash that a majority of the members has. Who is no member is compared, but has no voice.
fn majority(members: &BTreeSet<NodeId>, hashes: &BTreeMap<NodeId, u64>) -> Option<u64> {
    let mut voices: BTreeMap<u64, usize> = BTreeMap::new();
    for (_, &hash) in hashes.iter().filter(|(node, _)| members.contains(node)) {
        *voices.entry(hash).or_default() += 1;
    }
    voices.into_iter().find(|&(_, count)| count * 2 > members.len()).map(|(hash, _)| hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare_as(node: u64, own: &[(u64, u64)], others: &[(u64, &[(u64, u64)])]) -> Option<Comparison> {
        let others: Vec<_> = others.iter().map(|&(node, hashes)| (node, hashes.to_vec())).collect();
        compare(node, &BTreeSet::from([1, 2, 3]), &own.to_vec(), &others)
    }

    fn verdict(node: u64, own: &[(u64, u64)], others: &[(u64, &[(u64, u64)])]) -> Option<(u64, Verdict)> {
        compare_as(node, own, others).map(|comparison| (comparison.index, comparison.verdict))
    }

    #[test]
    fn two_of_three_are_right() {
        assert_eq!(verdict(1, &[(9, 7)], &[(2, &[(9, 7)]), (3, &[(9, 8)])]), Some((9, Verdict::Ours)));
        assert_eq!(verdict(3, &[(9, 8)], &[(1, &[(9, 7)]), (2, &[(9, 7)])]), Some((9, Verdict::Theirs(7))));
        assert_eq!(verdict(1, &[(9, 7)], &[(2, &[(9, 7)])]), Some((9, Verdict::Ours)), "two are enough");
    }

    #[test]
    fn without_a_majority_nobody_is_right() {
        assert_eq!(verdict(1, &[(9, 7)], &[(2, &[(9, 8)])]), Some((9, Verdict::Nobody)));
        let all = compare_as(1, &[(9, 7)], &[(2, &[(9, 8)]), (3, &[(9, 9)])]).expect("they can be compared");
        assert_eq!(all.verdict, Verdict::Nobody);
        assert_eq!(all.others_than(1).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(
            all.to_string(),
            "at log index 9: node 1 has 0000000000000007, node 2 has 0000000000000008, node 3 has \
             0000000000000009"
        );
    }

    #[test]
    fn hashes_at_different_indexes_are_not_compared() {
        assert_eq!(verdict(1, &[(9, 7)], &[(2, &[(8, 6)]), (3, &[(10, 5)])]), None);
        assert_eq!(verdict(1, &[(9, 7)], &[]), None);
        // The two that differ from this node are at different indexes: nothing says that they agree.
        let apart = verdict(1, &[(9, 7), (8, 6)], &[(2, &[(9, 1)]), (3, &[(8, 1)])]);
        assert_eq!(apart, Some((9, Verdict::Nobody)));
    }

    #[test]
    fn a_majority_against_this_node_counts_wherever_it_was() {
        let found = verdict(3, &[(9, 7), (8, 2)], &[(1, &[(9, 7), (8, 6)]), (2, &[(9, 7), (8, 6)])]);
        assert_eq!(found, Some((8, Verdict::Theirs(6))));
    }

    #[test]
    fn the_newest_index_at_which_something_is_known_counts() {
        let found = verdict(1, &[(9, 7), (8, 6)], &[(2, &[(9, 1), (8, 6)])]);
        assert_eq!(found, Some((9, Verdict::Nobody)), "that they agreed once is of no use");
        let found = verdict(1, &[(9, 7), (8, 1)], &[(2, &[(9, 7)]), (3, &[(8, 2)])]);
        assert_eq!(found, Some((9, Verdict::Ours)));
    }

    #[test]
    fn who_is_no_member_has_no_voice_but_is_held_against_the_others() {
        let members = BTreeSet::from([1, 2, 3]);
        let of = |node, hash: u64| (node, vec![(9, hash)]);
        let learner = compare(4, &members, &vec![(9, 8)], &[of(1, 7), of(2, 7), of(3, 8)]);
        assert_eq!(learner.expect("comparable").verdict, Verdict::Theirs(7));
        let member = compare(1, &members, &vec![(9, 7)], &[of(4, 8), of(5, 8)]);
        assert_eq!(member.expect("comparable").verdict, Verdict::Nobody);
    }
}
