//! What is left after the power failed, or only the process died.

use super::SimDisk;
use super::chance::Chance;
use super::state::State;

impl SimDisk {
    /// The machine loses power and comes back. Synced bytes and names are as they were; of each change since then the
    /// `seed` decides whether it was lost, kept, torn or garbled. Files opened before are dead, locks are free.
    pub fn crash(&self, seed: u64) {
        let mut chance = Chance::new(seed);
        let mut state = self.shared.state();
        for inode in state.inodes.values_mut() {
            inode.crash(&mut chance);
        }
        for change in std::mem::take(&mut state.unsynced_names) {
            if chance.coin() {
                change.apply(&mut state.durable_names);
            }
        }
        state.names = state.durable_names.clone();
        self.reboot(state);
    }

    /// The process dies (`kill -9`) and the machine lives on: all that was written is there to read, though not synced.
    /// Files opened before are dead, locks are free.
    pub fn kill(&self) {
        let state = self.shared.state();
        self.reboot(state);
    }

    fn reboot(&self, mut state: std::sync::MutexGuard<'_, State>) {
        state.boot += 1;
        state.locks.clear();
        state.faults.power_on();
        state.forget_handles();
        state.drop_orphans();
        drop(state);
        self.shared.syncs_released.notify_all();
    }
}
