//! An index from hashes to slots that never grows in one great step.

use hashbrown::HashTable;

use super::Slot;

/// Into how many small tables one index is cut. At ten million entries a growing one moves about five thousand.
const PARTS: usize = 1 << 11;

/// Finds slots by the hash of what lies there. The caller brings the hash and compares the contents.
///
/// The parts get unequal shares of the hashes, from 0.75 to 1.5 times the mean. Equal parts would all be full at the
/// same moment and grow within a few batches; these take turns, and the slack of the whole stays the same at any size.
pub(crate) struct Table {
    parts: Box<[HashTable<Slot>]>,
}

impl Default for Table {
    fn default() -> Table {
        Table { parts: (0..PARTS).map(|_| HashTable::new()).collect() }
    }
}

impl Table {
    /// The slot with this hash that `is_it`.
    pub(crate) fn find(&self, hash: u64, mut is_it: impl FnMut(Slot) -> bool) -> Option<Slot> {
        self.parts[part(hash)].find(hash, |&slot| is_it(slot)).copied()
    }

    /// Adds a slot that is not there yet. `hash_of` gives any slot's hash again, for when a part grows.
    pub(crate) fn insert(&mut self, hash: u64, slot: Slot, hash_of: impl Fn(Slot) -> u64) {
        self.parts[part(hash)].insert_unique(hash, slot, |&other| hash_of(other));
    }

    pub(crate) fn remove(&mut self, hash: u64, slot: Slot) {
        if let Ok(entry) = self.parts[part(hash)].find_entry(hash, |&other| other == slot) {
            entry.remove();
        }
    }
}

/// The part of a hash, from bits that hashbrown does not look at. `u + 0.34 u (1 - u)` is close to `log2(1 + u)`, so
/// the parts' sizes are spread evenly between one power of two and the next.
fn part(hash: u64) -> usize {
    let u = (hash >> 20) & 0xffff_ffff;
    let bent = u + ((((u * (0xffff_ffff - u)) >> 32) * 1_393) >> 12);
    usize::try_from(bent >> 21).map_or(0, |part| part % PARTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::keyed;

    fn hash(slot: Slot) -> u64 {
        keyed::of_random(u64::from(slot))
    }

    #[test]
    fn what_was_inserted_is_found_until_it_is_removed() {
        let mut table = Table::default();
        for slot in 0..50_000 {
            table.insert(hash(slot), slot, hash);
        }
        for slot in (0..50_000).step_by(2) {
            table.remove(hash(slot), slot);
        }
        for slot in 0..50_000 {
            let found = table.find(hash(slot), |other| other == slot);
            assert_eq!(found, (slot % 2 == 1).then_some(slot));
        }
    }

    #[test]
    fn parts_differ_in_size_by_a_factor_of_two() {
        let mut counts = vec![0_u32; PARTS];
        (0..2_048_000).for_each(|slot| counts[part(hash(slot))] += 1);
        let mean = |counts: &[u32]| counts.iter().sum::<u32>() / u32::try_from(counts.len()).expect("few");
        let (few, many) = (mean(&counts[..20]), mean(&counts[PARTS - 20..]));
        assert!((700..800).contains(&few), "{few}");
        assert!((1_450..1_600).contains(&many), "{many}");
    }

    #[test]
    fn all_hashes_have_a_part() {
        assert_eq!(part(0), 0);
        assert_eq!(part(u64::MAX), PARTS - 1);
    }
}
