//! The bytes of one file: what is seen, what is durable, and what was written in between.

use std::io;

use super::chance::Chance;

/// Devices promise that this much is written whole or not at all; the simulation does not always keep it.
const SECTOR_BYTES: usize = 512;

pub(super) type InodeId = u64;

#[derive(Default)]
pub(super) struct Inode {
    /// What reads return.
    pub(super) visible: Vec<u8>,
    /// What is on the medium.
    durable: Vec<u8>,
    /// What was written since the last sync, in order.
    unsynced: Vec<Write>,
}

struct Write {
    offset: usize,
    bytes: Vec<u8>,
}

impl Inode {
    pub(super) fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let end = start.checked_add(buffer.len()).filter(|&end| end <= self.visible.len());
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(&self.visible[start..end]);
        Ok(())
    }

    pub(super) fn write(&mut self, offset: usize, bytes: &[u8]) {
        put(&mut self.visible, offset, bytes);
        self.unsynced.push(Write { offset, bytes: bytes.to_vec() });
    }

    pub(super) fn sync(&mut self) {
        for write in self.unsynced.drain(..) {
            put(&mut self.durable, write.offset, &write.bytes);
        }
    }

    /// What a failed sync leaves behind: pages that look clean, are read back, and were never written.
    pub(super) fn forget_unsynced(&mut self) {
        self.unsynced.clear();
    }

    /// Reads see the medium again, but for what is still to be written to it.
    pub(super) fn forget_cached(&mut self) {
        self.visible.clone_from(&self.durable);
        for write in &self.unsynced {
            put(&mut self.visible, write.offset, &write.bytes);
        }
    }

    pub(super) fn flip_bit(&mut self, offset: usize, bit: u8) {
        for bytes in [&mut self.visible, &mut self.durable] {
            if let Some(byte) = bytes.get_mut(offset) {
                *byte ^= 1 << (bit % 8);
            }
        }
    }

    /// Cuts the file to `len` bytes on the medium too.
    pub(super) fn shorten(&mut self, len: usize) {
        self.visible.truncate(len);
        self.durable.truncate(len);
        self.unsynced.clear();
    }

    /// Of each unsynced write the medium has nothing, all, a beginning, some sectors, or garbage in its place.
    pub(super) fn crash(&mut self, chance: &mut Chance) {
        for write in std::mem::take(&mut self.unsynced) {
            match chance.below(5) {
                0 => {}
                1 => put(&mut self.durable, write.offset, &write.bytes),
                2 => {
                    put(&mut self.durable, write.offset, &write.bytes[..chance.below(write.bytes.len() + 1)])
                }
                3 => self.keep_some_sectors(&write, chance),
                _ => self.garble(&write, chance),
            }
        }
        self.visible.clone_from(&self.durable);
    }

    fn keep_some_sectors(&mut self, write: &Write, chance: &mut Chance) {
        for (number, sector) in write.bytes.chunks(SECTOR_BYTES).enumerate() {
            if chance.coin() {
                put(&mut self.durable, write.offset + number * SECTOR_BYTES, sector);
            }
        }
    }

    fn garble(&mut self, write: &Write, chance: &mut Chance) {
        let mut bytes = write.bytes.clone();
        let from = chance.below(bytes.len() + 1);
        for byte in &mut bytes[from..] {
            *byte = chance.next().to_le_bytes()[0];
        }
        put(&mut self.durable, write.offset, &bytes);
    }
}

fn put(target: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if target.len() < end {
        target.resize(end, 0);
    }
    target[offset..end].copy_from_slice(bytes);
}
