//! A page: a few dozen records that are copied together.

use super::Slot;

/// Records in one page: as many as a word has bits, one of which says whether a slot is occupied. Larger pages make a
/// frozen view cheaper, smaller ones the copies of those that change under it.
pub(crate) const PAGE: usize = 32;

/// One page.
#[derive(Clone)]
pub(crate) struct Page<T> {
    occupied: u32,
    slots: [Option<T>; PAGE],
}

impl<T> Page<T> {
    pub(crate) fn new() -> Page<T> {
        Page { occupied: 0, slots: std::array::from_fn(|_| None) }
    }

    pub(crate) fn get(&self, offset: usize) -> Option<&T> {
        self.slots[offset].as_ref()
    }

    pub(crate) fn put(&mut self, offset: usize, value: T) {
        self.occupied |= 1 << offset;
        self.slots[offset] = Some(value);
    }

    pub(crate) fn take(&mut self, offset: usize) -> Option<T> {
        self.occupied &= !(1 << offset);
        self.slots[offset].take()
    }

    pub(crate) fn len(&self) -> u32 {
        self.occupied.count_ones()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().flatten()
    }

    pub(super) fn get_mut(&mut self, offset: usize) -> Option<&mut T> {
        self.slots[offset].as_mut()
    }

    /// A bit for each offset that is not free.
    pub(super) fn occupied(&self) -> u32 {
        self.occupied
    }

    /// The records with their offsets.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (Slot, &T)> {
        (0..).zip(&self.slots).filter_map(|(offset, slot)| Some((offset, slot.as_ref()?)))
    }

    /// The first offset that is free.
    pub(super) fn vacancy(&self) -> Option<usize> {
        let offset = self.occupied.trailing_ones() as usize;
        (offset < PAGE).then_some(offset)
    }
}

/// Where `slot` lies: page and offset.
pub(crate) fn place(slot: Slot) -> (usize, usize) {
    let slot = slot as usize;
    (slot / PAGE, slot % PAGE)
}
