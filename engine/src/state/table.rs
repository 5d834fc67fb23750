//! An index from hashes to slots: a look-up reads one line of memory, and it never grows in one great step.
//!
//! It is cut into many small parts, each an array of buckets that is about three quarters full. A bucket is as long as
//! a cache line and keeps sixteen bits of each hash beside the slot: they tell most entries apart without a look at the
//! record, and say in which bucket an entry belongs, so a part can grow without any record as well.

use super::Slot;

/// Into how many parts an index is cut. At ten million entries a growing one moves about five thousand.
const PARTS: usize = 1 << 11;
/// How many entries a bucket takes: as many as a line of 64 bytes.
const WIDTH: usize = 10;
/// A part grows when more than so many of its places would be taken, of [`WIDTH`] in each bucket.
const FULL: usize = 8;

/// Finds slots by the hash of what lies there. The caller brings the hash and compares the contents.
pub(crate) struct Table {
    parts: Box<[Part]>,
}

impl Default for Table {
    fn default() -> Table {
        Table { parts: (0..PARTS).map(|_| Part::default()).collect() }
    }
}

impl Table {
    /// The slot with this hash that `is_it`.
    pub(crate) fn find(&self, hash: u64, is_it: impl FnMut(Slot) -> bool) -> Option<Slot> {
        self.parts[part(hash)].find(tag(hash), is_it)
    }

    /// Reads the line in which a slot with this hash would lie, so that it is near when it is looked for.
    pub(crate) fn warm(&self, hash: u64) {
        let part = &self.parts[part(hash)];
        std::hint::black_box(part.buckets.get(part.home(tag(hash))).map(|bucket| bucket.len));
    }

    /// The slot whose hash is this one as far as it is kept: most likely the one that is looked for, if it is there.
    pub(crate) fn likely(&self, hash: u64) -> Option<Slot> {
        self.find(hash, |_| true)
    }

    /// Adds a slot that is not there yet. Cost: O(1), and now and then a part of the whole that is moved.
    pub(crate) fn insert(&mut self, hash: u64, slot: Slot) {
        self.parts[part(hash)].insert(tag(hash), slot);
    }

    /// Takes a slot away; nothing happens if it is not there.
    pub(crate) fn remove(&mut self, hash: u64, slot: Slot) {
        self.parts[part(hash)].remove(tag(hash), slot);
    }
}

/// The part of a hash, and the bits of it that are kept there: other ones.
fn part(hash: u64) -> usize {
    usize::try_from(hash >> 53).map_or(0, |part| part % PARTS)
}

fn tag(hash: u64) -> u16 {
    u16::try_from(hash & 0xffff).unwrap_or(0)
}

/// Buckets in the order of the tags that belong there. What finds its bucket full lies in the next one with room.
#[derive(Default)]
struct Part {
    buckets: Box<[Bucket]>,
    len: usize,
}

impl Part {
    fn find(&self, tag: u16, mut is_it: impl FnMut(Slot) -> bool) -> Option<Slot> {
        for bucket in self.starting_at(tag) {
            if let Some(slot) =
                bucket.with_tag(tag).map(|place| bucket.slots[place]).find(|&slot| is_it(slot))
            {
                return Some(slot);
            }
            if bucket.passed == 0 {
                return None;
            }
        }
        None
    }

    fn insert(&mut self, tag: u16, slot: Slot) {
        if self.len >= self.buckets.len() * FULL {
            self.grow();
        }
        self.len += 1;
        self.put(tag, slot);
    }

    fn remove(&mut self, tag: u16, slot: Slot) {
        let holds = |bucket: &Bucket| bucket.with_tag(tag).find(|&place| bucket.slots[place] == slot);
        let found = self
            .starting_at(tag)
            .map(holds)
            .enumerate()
            .find_map(|(distance, place)| Some((distance, place?)));
        let Some((distance, place)) = found else { return };
        let (home, count) = (self.home(tag), self.buckets.len());
        for passed in 0..distance {
            self.buckets[(home + passed) % count].unpass();
        }
        self.buckets[(home + distance) % count].take(place);
        self.len -= 1;
    }

    /// By a quarter. The order of the entries stays, so this reads and writes from the front to the back.
    fn grow(&mut self) {
        let count = self.buckets.len() + self.buckets.len() / 4 + 1;
        let old = std::mem::replace(&mut self.buckets, vec![Bucket::default(); count].into());
        for bucket in old {
            (0..usize::from(bucket.len)).for_each(|place| self.put(bucket.tags[place], bucket.slots[place]));
        }
    }

    /// There is always room in some bucket, for the part grows before all are full.
    fn put(&mut self, tag: u16, slot: Slot) {
        let mut number = self.home(tag);
        while !self.buckets[number].put(tag, slot) {
            number = if number + 1 == self.buckets.len() { 0 } else { number + 1 };
        }
    }

    /// All buckets, from the one in which the tag belongs on and round.
    fn starting_at(&self, tag: u16) -> impl Iterator<Item = &Bucket> {
        let (before, from) = self.buckets.split_at(self.home(tag));
        from.iter().chain(before)
    }

    /// Where the tag belongs, of any number of buckets.
    fn home(&self, tag: u16) -> usize {
        (usize::from(tag) * self.buckets.len()) >> 16
    }
}

/// Some entries, in one line of memory.
#[derive(Clone, Default)]
#[repr(align(64))]
struct Bucket {
    tags: [u16; WIDTH],
    slots: [Slot; WIDTH],
    len: u16,
    /// How many entries came by, found no room and lie further on. Once it cannot count them it stays.
    passed: u16,
}

impl Bucket {
    /// The places of the entries with this tag.
    fn with_tag(&self, tag: u16) -> impl Iterator<Item = usize> + use<> {
        let equal =
            (0..WIDTH).fold(0_u32, |equal, place| equal | u32::from(self.tags[place] == tag) << place);
        let mut left = equal & ((1 << self.len) - 1);
        std::iter::from_fn(move || {
            let place = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (place < WIDTH).then_some(place)
        })
    }

    /// Whether there was room.
    fn put(&mut self, tag: u16, slot: Slot) -> bool {
        let place = usize::from(self.len);
        if place == WIDTH {
            self.passed = self.passed.saturating_add(1);
            return false;
        }
        (self.tags[place], self.slots[place]) = (tag, slot);
        self.len += 1;
        true
    }

    fn take(&mut self, place: usize) {
        self.len -= 1;
        let last = usize::from(self.len);
        (self.tags[place], self.slots[place]) = (self.tags[last], self.slots[last]);
    }

    fn unpass(&mut self) {
        if self.passed < u16::MAX {
            self.passed -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::keyed;

    fn hash(slot: Slot) -> u64 {
        keyed::of_random(u64::from(slot))
    }

    fn found(table: &Table, slot: Slot) -> bool {
        table.find(hash(slot), |other| other == slot).is_some()
    }

    #[test]
    fn a_bucket_is_a_line_of_memory() {
        assert_eq!(size_of::<Bucket>(), 64);
    }

    #[test]
    fn what_was_inserted_is_found_until_it_is_removed() {
        let mut table = Table::default();
        (0..50_000).for_each(|slot| table.insert(hash(slot), slot));
        (0..50_000).step_by(2).for_each(|slot| table.remove(hash(slot), slot));
        assert!((0..50_000).all(|slot| found(&table, slot) == (slot % 2 == 1)));
        (0..50_000).for_each(|slot| table.remove(hash(slot), slot));
        assert!(table.parts.iter().all(|part| part.len == 0));
        assert!(
            table.parts.iter().flat_map(|part| &part.buckets).all(|bucket| bucket.len + bucket.passed == 0)
        );
    }

    #[test]
    fn entries_that_come_and_go_are_found_at_any_load() {
        let mut table = Table::default();
        for round in 0..20 {
            let (first, last) = (round * 7_000, round * 7_000 + 20_000);
            (first..last).filter(|&slot| round == 0 || slot >= first + 13_000).for_each(|slot| {
                table.insert(hash(slot), slot);
            });
            assert!((first..last).all(|slot| found(&table, slot)));
            (first..first + 7_000).for_each(|slot| table.remove(hash(slot), slot));
            assert!((first..first + 7_000).all(|slot| !found(&table, slot)));
        }
    }

    #[test]
    fn entries_of_one_hash_are_told_apart() {
        let mut part = Part::default();
        (0..70_000).for_each(|slot| part.insert(7, slot));
        for slot in [0, 9, 10, 35_000, 69_999] {
            assert_eq!(part.find(7, |other| other == slot), Some(slot));
            part.remove(7, slot);
            part.remove(7, slot);
            assert_eq!(part.find(7, |other| other == slot), None);
        }
        assert_eq!(part.find(7, |_| false), None);
        assert_eq!(part.len, 69_995);
    }

    #[test]
    fn an_entry_takes_between_eight_and_ten_bytes() {
        let mut table = Table::default();
        let bytes = (0..4_000_000).filter_map(|slot| {
            table.insert(hash(slot), slot);
            let sampled = slot > 1_000_000 && slot % 100_000 == 0;
            let buckets = || table.parts.iter().map(|part| part.buckets.len()).sum::<usize>();
            sampled.then(|| buckets() as f64 * 64.0 / f64::from(slot))
        });
        assert!(bytes.into_iter().all(|bytes| (8.0..=10.1).contains(&bytes)));
    }

    #[test]
    fn all_hashes_have_a_part() {
        assert_eq!((part(0), tag(0)), (0, 0));
        assert_eq!((part(u64::MAX), tag(u64::MAX)), (PARTS - 1, u16::MAX));
    }
}
