//! A disk in memory that fails on demand and, at a crash, keeps of what was not synced only what the seed decides.

mod chance;
mod crash;
mod faults;
mod inode;
mod state;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{Disk, File, Lock};
use inode::InodeId;
use state::State;

/// A simulated disk. Clones share it, like processes share a machine's disk: what one wrote, the next one reads, and
/// [`SimDisk::crash`] decides what of it was ever durable.
#[derive(Clone, Default)]
pub struct SimDisk {
    shared: Arc<Shared>,
    /// Which run of the machine the process lives in that uses this; none outlives them all.
    boot: Option<u64>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    syncs_released: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while syncs are held; see [`SimDisk::hold_syncs`].
    fn state_once_released(&self) -> MutexGuard<'_, State> {
        let state = self.state();
        self.syncs_released
            .wait_while(state, |state| state.faults.syncs_held)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl SimDisk {
    /// An empty disk without limits or faults.
    pub fn new() -> SimDisk {
        SimDisk::default()
    }

    /// The disk as a process sees that starts now: after the next [`SimDisk::crash`] or [`SimDisk::kill`] it can do
    /// nothing any more, whatever its threads still try.
    pub fn process(&self) -> Arc<dyn Disk> {
        let boot = Some(self.shared.state().boot);
        Arc::new(SimDisk { shared: Arc::clone(&self.shared), boot })
    }

    fn state(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.shared.state();
        state.alive(self.boot)?;
        Ok(state)
    }

    fn file(&self, inode: InodeId, boot: u64) -> Arc<dyn File> {
        Arc::new(SimFile { shared: Arc::clone(&self.shared), inode, boot })
    }
}

impl Disk for SimDisk {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.state()?.create_dir(dir)
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        let mut state = self.state()?;
        let inode = state.create(path)?;
        Ok(self.file(inode, state.boot))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        let mut state = self.state()?;
        let inode = state.find(path)?;
        state.opened(inode);
        Ok(self.file(inode, state.boot))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.state()?.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.state()?.remove(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.state()?.list(dir)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.shared.state_once_released();
        state.alive(self.boot)?;
        state.sync_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn Lock>> {
        let mut state = self.state()?;
        if !state.locks.insert(path.to_owned()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(SimLock { shared: Arc::clone(&self.shared), path: path.to_owned(), boot: state.boot }))
    }
}

/// An open file. After a crash it is dead, as its process is.
struct SimFile {
    shared: Arc<Shared>,
    inode: InodeId,
    boot: u64,
}

impl Drop for SimFile {
    fn drop(&mut self) {
        self.shared.state().close(self.inode, self.boot);
    }
}

impl File for SimFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.shared.state().inode(self.inode, self.boot)?.read(offset, buffer)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.shared.state().write(self.inode, self.boot, offset, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.shared.state_once_released().sync(self.inode, self.boot)
    }

    fn forget_cached(&self) -> io::Result<()> {
        self.shared.state().forget_cached(self.inode, self.boot)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.shared.state().inode(self.inode, self.boot)?.visible.len() as u64)
    }
}

struct SimLock {
    shared: Arc<Shared>,
    path: PathBuf,
    boot: u64,
}

impl Lock for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if state.boot == self.boot {
            state.locks.remove(&self.path);
        }
    }
}
