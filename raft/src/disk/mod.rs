//! What log, snapshots and data directory ask of a disk, so that a simulated one can lose, tear and fail.
//!
//! [`RealDisk`] is the operating system's; [`SimDisk`] lives in memory and forgets, at a crash, what was not synced.

mod real;
pub(crate) mod sealed;
mod sim;

use std::io;
use std::path::Path;
use std::sync::Arc;

pub use real::RealDisk;
pub use sim::SimDisk;

/// Zeros are written this many bytes at a time when a file is prewritten.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// Files by path. Calls block; what is not synced may be lost or torn at a crash, in any order.
pub trait Disk: Send + Sync + 'static {
    /// Creates `dir` and its missing parents, durably.
    ///
    /// # Errors
    /// What the file system says.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;

    /// Creates an empty file for reading and writing; an existing one is emptied. The name is durable only after
    /// [`Disk::sync_dir`].
    ///
    /// # Errors
    /// What the file system says.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn File>>;

    /// Opens an existing file for reading and writing.
    ///
    /// # Errors
    /// What the file system says; `NotFound` if there is no such file.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>>;

    /// Renames a file within one directory, replacing what has the new name. Durable only after [`Disk::sync_dir`].
    ///
    /// # Errors
    /// What the file system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file's name; who has it open can go on reading. Durable only after [`Disk::sync_dir`].
    ///
    /// # Errors
    /// What the file system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// The names of the files in `dir`, sorted.
    ///
    /// # Errors
    /// What the file system says; `InvalidData` for a name that is not Unicode.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// Makes creations, renames and removals in `dir` durable. Cost: about as much as a file's sync.
    ///
    /// # Errors
    /// What the file system says. It is unknown then what is durable: never retry.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// How many bytes there is room for on the disk that `dir` is on; nothing if that is not known. No promise: others may
    /// take it, and a quota may be nearer.
    ///
    /// # Errors
    /// What the file system says.
    fn room(&self, dir: &Path) -> io::Result<Option<u64>> {
        let _unknown = dir;
        Ok(None)
    }

    /// Takes the lock file `path` for this process alone, until the guard is dropped or the process ends.
    ///
    /// # Errors
    /// `WouldBlock` if another process, or another guard, has it.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn Lock>>;
}

/// An open file, written and read by position. Several threads may use it at once.
pub trait File: Send + Sync {
    /// Fills `buffer` from `offset` on.
    ///
    /// # Errors
    /// `UnexpectedEof` if the file ends before the buffer does.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Writes all of `bytes` at `offset`. Durable only after [`File::sync`].
    ///
    /// # Errors
    /// What the file system says; some of the bytes may have been written.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes all that was written durable, with the length but without times (`fdatasync`).
    ///
    /// # Errors
    /// What the file system says. It is unknown then what is durable, and a second call may succeed without having
    /// written anything: never retry.
    fn sync(&self) -> io::Result<()>;

    /// Makes later reads come from the device and not from memory, for all that is synced: after a failed sync, memory
    /// may show what the device never got. As far as the system can; cost: what is read next is read slowly.
    ///
    /// # Errors
    /// What the file system says.
    fn forget_cached(&self) -> io::Result<()>;

    /// The length in bytes.
    ///
    /// # Errors
    /// What the file system says.
    fn len(&self) -> io::Result<u64>;

    /// Whether the file has no bytes.
    ///
    /// # Errors
    /// As [`File::len`].
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Allocates `bytes` from `offset` on by really writing zeros: once synced, later writes within them change no
    /// metadata and cannot run out of space.
    ///
    /// # Errors
    /// As [`File::write_at`].
    fn prewrite(&self, offset: u64, bytes: u64) -> io::Result<()> {
        let mut written = 0;
        while written < bytes {
            let step = (bytes - written).min(ZEROS.len() as u64);
            let step = usize::try_from(step).expect("a step is at most the length of an array");
            self.write_at(offset + written, &ZEROS[..step])?;
            written += step as u64;
        }
        Ok(())
    }
}

/// Holds a lock file; dropping it lets go.
pub trait Lock: Send + Sync {}
