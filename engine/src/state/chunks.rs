//! An array over slots that grows by a chunk at a time, so growing never copies what is there.

use super::Slot;

/// Entries in one chunk.
const CHUNK: usize = 1_024;

/// One `T` per slot, default where nothing was written yet.
pub(crate) struct Chunks<T> {
    chunks: Vec<Box<[T]>>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Chunks<T> {
        Chunks { chunks: Vec::new() }
    }
}

impl<T: Default> Chunks<T> {
    pub(crate) fn get(&self, slot: Slot) -> Option<&T> {
        self.chunks.get(slot as usize / CHUNK).map(|chunk| &chunk[slot as usize % CHUNK])
    }

    /// The entry of `slot`, to change it. Cost: O(1); all chunks up to it if they are not there yet.
    pub(crate) fn at_mut(&mut self, slot: Slot) -> &mut T {
        let number = slot as usize / CHUNK;
        while self.chunks.len() <= number {
            self.chunks.push((0..CHUNK).map(|_| T::default()).collect());
        }
        &mut self.chunks[number][slot as usize % CHUNK]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_written_is_default() {
        let mut chunks = Chunks::<u32>::default();
        assert_eq!(chunks.get(5_000), None);
        *chunks.at_mut(5_000) = 7;
        assert_eq!(chunks.get(5_000), Some(&7));
        assert_eq!(chunks.get(0), Some(&0));
    }
}
