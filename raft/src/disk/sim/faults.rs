//! What a test orders to go wrong.

use std::io;
use std::path::{Path, PathBuf};

use super::SimDisk;
use super::inode::InodeId;

#[derive(Default)]
pub(super) struct Faults {
    /// How many operations still work before the power fails.
    steps_left: Option<u64>,
    /// How many syncs still work before one fails.
    syncs_left: Option<u64>,
    /// The file whose next sync fails.
    pub(super) failing: Option<InodeId>,
    pub(super) syncs_held: bool,
    pub(super) capacity_bytes: Option<usize>,
    pub(super) writes: u64,
    /// How many of them the disk had no room for.
    pub(super) refused: u64,
    syncs: u64,
    pub(super) failed_syncs: u64,
}

impl Faults {
    /// Counts one operation that changes something; fails it, and all after it, once the power is off.
    pub(super) fn step(&mut self) -> io::Result<()> {
        match &mut self.steps_left {
            Some(0) => Err(io::Error::other("simulated: the power is off")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    pub(super) fn power_is_off(&self) -> bool {
        self.steps_left == Some(0)
    }

    pub(super) fn next_sync(&mut self) -> io::Result<()> {
        self.syncs += 1;
        match &mut self.syncs_left {
            Some(0) => {
                self.syncs_left = None;
                self.failed_syncs += 1;
                Err(device_error())
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    pub(super) fn power_on(&mut self) {
        *self = Faults {
            capacity_bytes: self.capacity_bytes,
            writes: self.writes,
            refused: self.refused,
            syncs: self.syncs,
            failed_syncs: self.failed_syncs,
            ..Faults::default()
        };
    }
}

pub(super) fn device_error() -> io::Error {
    io::Error::other("simulated: the device reports an input/output error")
}

impl SimDisk {
    /// Lets `operations` more changes (creations, writes, syncs, renames, removals) happen; then the power is off and
    /// everything fails until [`SimDisk::crash`] or [`SimDisk::kill`].
    pub fn cut_power_after(&self, operations: u64) {
        self.shared.state().faults.steps_left = Some(operations);
    }

    /// Whether the power has been cut.
    pub fn power_is_off(&self) -> bool {
        self.shared.state().faults.power_is_off()
    }

    /// Lets `syncs` more syncs succeed, then fails one. As on Linux, what that one should have made durable looks
    /// clean afterwards: it is read back, and a later sync does not write it.
    pub fn fail_sync_after(&self, syncs: u64) {
        self.shared.state().faults.syncs_left = Some(syncs);
    }

    /// Fails the next sync of the file at `path`, as [`SimDisk::fail_sync_after`] does.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn fail_next_sync_of(&self, path: &Path) {
        let mut state = self.shared.state();
        let id = *state.names.get(path).expect("the test names a file that is there");
        state.faults.failing = Some(id);
    }

    /// Makes every sync wait, in its thread, until [`SimDisk::release_syncs`]: a stalled disk.
    pub fn hold_syncs(&self) {
        self.shared.state().faults.syncs_held = true;
    }

    /// Lets the syncs that wait, and all later ones, go on.
    pub fn release_syncs(&self) {
        self.shared.state().faults.syncs_held = false;
        self.shared.syncs_released.notify_all();
    }

    /// Limits the sum of all file lengths; `None` lifts the limit. A write beyond it fails with `StorageFull`.
    pub fn set_capacity(&self, bytes: Option<usize>) {
        self.shared.state().faults.capacity_bytes = bytes;
    }

    /// How many writes there were.
    pub fn writes(&self) -> u64 {
        self.shared.state().faults.writes
    }

    /// How many writes there was no room for; see [`SimDisk::set_capacity`].
    pub fn refused_writes(&self) -> u64 {
        self.shared.state().faults.refused
    }

    /// How many syncs failed because of [`SimDisk::fail_sync_after`].
    pub fn failed_syncs(&self) -> u64 {
        self.shared.state().faults.failed_syncs
    }

    /// How many syncs of files and directories there were.
    pub fn syncs(&self) -> u64 {
        self.shared.state().faults.syncs
    }

    /// Flips one bit (0 to 7) of the byte at `offset`, on the medium. Beyond the file's end it does nothing.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn flip_bit(&self, path: &Path, offset: usize, bit: u8) {
        self.change(path, |inode| inode.flip_bit(offset, bit));
    }

    /// Cuts a file to `len` bytes, on the medium.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn shorten(&self, path: &Path, len: usize) {
        self.change(path, |inode| inode.shorten(len));
    }

    /// The bytes of a file as programs see them.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn bytes(&self, path: &Path) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.change(path, |inode| bytes.clone_from(&inode.visible));
        bytes
    }

    /// All files that programs see, sorted.
    pub fn files(&self) -> Vec<PathBuf> {
        self.shared.state().names.keys().cloned().collect()
    }

    fn change(&self, path: &Path, change: impl FnOnce(&mut super::inode::Inode)) {
        let mut state = self.shared.state();
        let id = *state.names.get(path).expect("the test names a file that is there");
        change(state.inodes.get_mut(&id).expect("a name leads to a file"));
    }
}
