//! The state hashes that a replica remembers, so that replicas can be compared at a log index that both have.

use std::collections::VecDeque;

/// How many of the newest indexes are remembered, one by one.
const NEWEST_KEPT: usize = 1_024;
/// Of older ones, every so-manieth is: a replica that is further behind than the newest reach meets those.
const MARK_EVERY: u64 = 64;
/// How many of these are kept.
const MARKS_KEPT: usize = 1_024;

/// State hashes by log index: all of the newest, and marks that reach 65,536 entries back. 32 KiB at most.
#[derive(Clone, Debug, Default)]
pub struct Hashes {
    /// Oldest first, as the marks.
    newest: VecDeque<(u64, u64)>,
    marks: VecDeque<(u64, u64)>,
}

impl Hashes {
    /// Remembers the hash of the state after the entry at `index`. Indexes only grow.
    pub(super) fn remember(&mut self, index: u64, hash: u64) {
        push(&mut self.newest, NEWEST_KEPT, (index, hash));
        if index.is_multiple_of(MARK_EVERY) {
            push(&mut self.marks, MARKS_KEPT, (index, hash));
        }
    }

    /// Forgets all: another state is in the place of the one that they were of.
    pub(super) fn forget(&mut self) {
        self.newest.clear();
        self.marks.clear();
    }

    /// The hash at each of the newest indexes, oldest first.
    pub fn newest(&self) -> impl Iterator<Item = (u64, u64)> {
        self.newest.iter().copied()
    }

    /// The hash at `index`, if it is remembered.
    pub fn at(&self, index: u64) -> Option<u64> {
        [&self.newest, &self.marks].into_iter().find_map(|kept| {
            let found = kept.binary_search_by_key(&index, |&(index, _)| index).ok()?;
            Some(kept[found].1)
        })
    }

    /// Indexes that are worth asking another replica for, with their hashes: some two dozen at the most, dense where
    /// replicas that keep up meet, and sparser the further back.
    pub fn sample(&self) -> Vec<(u64, u64)> {
        [&self.newest, &self.marks].into_iter().flat_map(sparser).collect()
    }
}

fn push(kept: &mut VecDeque<(u64, u64)>, most: usize, hash: (u64, u64)) {
    if kept.len() == most {
        kept.pop_front();
    }
    kept.push_back(hash);
}

/// The newest, and those that are 1, 3, 7, 15, … before it.
fn sparser(kept: &VecDeque<(u64, u64)>) -> impl Iterator<Item = (u64, u64)> {
    let back = std::iter::successors(Some(0_usize), |back| Some(2 * back + 1));
    back.map_while(|back| kept.len().checked_sub(1 + back)).map(|place| kept[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn up_to(last: u64) -> Hashes {
        let mut hashes = Hashes::default();
        (1..=last).for_each(|index| hashes.remember(index, 7 * index));
        hashes
    }

    /// Whether something that `asker` samples is remembered by `other`.
    fn meet(asker: &Hashes, other: &Hashes) -> bool {
        asker.sample().into_iter().any(|(index, hash)| other.at(index) == Some(hash))
    }

    #[test]
    fn replicas_that_are_far_apart_have_an_index_in_common() {
        let furthest = 200_000;
        let ahead = up_to(furthest);
        for behind in [0, 1, 5, 63, 64, 1_000, 1_023, 1_025, 20_000, 60_000] {
            let behind = up_to(furthest - behind);
            assert!(meet(&behind, &ahead) && meet(&ahead, &behind));
        }
        assert!(!meet(&up_to(furthest - 70_000), &ahead), "that is too far");
    }

    #[test]
    fn what_is_kept_and_what_is_asked_for_is_bounded() {
        let hashes = up_to(200_000);
        assert_eq!((hashes.newest.len(), hashes.marks.len()), (NEWEST_KEPT, MARKS_KEPT));
        assert!(hashes.sample().len() <= 24, "{:?}", hashes.sample());
        assert_eq!(
            (hashes.at(200_000), hashes.at(3), Hashes::default().at(1)),
            (Some(1_400_000), None, None)
        );
        assert!(Hashes::default().sample().is_empty());
    }
}
