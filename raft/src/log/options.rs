//! How a log is set up.

use std::fmt;
use std::sync::Arc;

use super::error::Error;
use super::segment::PAGE_BYTES;
use crate::process;

/// Sizes and behaviour of a node's log. [`Options::default`] suits production.
#[derive(Clone)]
pub struct Options {
    /// Length of a segment file, in bytes. Two or three more than are in use exist. A whole number of 4 KiB pages,
    /// from 64 KiB to 1 GiB. Default: 64 MiB. An existing segment keeps the length it was made with.
    pub segment_bytes: u32,
    /// How many bytes of recent entries stay in memory, over all shards. Default: 64 MiB.
    pub cache_bytes: usize,
    /// How many bytes may wait to be written, over all shards; beyond, `append` waits. Default: 64 MiB.
    pub queue_bytes: u32,
    /// A frame takes no further record once it has so many bytes. Default: 4 MiB.
    pub frame_bytes_max: u32,
    /// Who does the writing. Default: threads of the log's own.
    pub drive: Drive,
    /// Called once, before those who wait are told, when the log cannot go on: a write or sync failed, or its
    /// thread panicked. Default: one line in the process's log, then the process ends with exit code 1.
    pub on_fatal: OnFatal,
}

/// Who does the writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drive {
    /// A writer thread, and another that prepares segments.
    Threads,
    /// The caller, before its call returns: one frame a call. For simulations that must not depend on scheduling.
    Caller,
    /// A task of the runtime that the log is opened in, some time after something was queued, as the simulated host says.
    #[cfg(feature = "simulation")]
    Later,
}

/// What is called when the log cannot go on.
#[derive(Clone)]
pub struct OnFatal(Arc<dyn Fn(&Error) + Send + Sync>);

impl OnFatal {
    /// Calls `hook` instead of ending the process. After it returns, every call to the log fails.
    pub fn call(hook: impl Fn(&Error) + Send + Sync + 'static) -> OnFatal {
        OnFatal(Arc::new(hook))
    }

    /// Says why, and ends the process with exit code 1: whatever else it does, it must acknowledge nothing more.
    pub fn end_process() -> OnFatal {
        OnFatal::call(|error| {
            process::fail(&format!("the log cannot go on and ends this process: {error}"));
        })
    }

    pub(super) fn report(&self, error: &Error) {
        (self.0)(error);
    }
}

impl fmt::Debug for OnFatal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnFatal")
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            segment_bytes: 64 << 20,
            cache_bytes: 64 << 20,
            queue_bytes: 64 << 20,
            frame_bytes_max: 4 << 20,
            drive: Drive::Threads,
            on_fatal: OnFatal::end_process(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("segment_bytes", &self.segment_bytes)
            .field("cache_bytes", &self.cache_bytes)
            .field("queue_bytes", &self.queue_bytes)
            .field("frame_bytes_max", &self.frame_bytes_max)
            .field("drive", &self.drive)
            .finish_non_exhaustive()
    }
}

impl Options {
    const SEGMENT_BYTES: std::ops::RangeInclusive<u32> = 64 << 10..=1 << 30;

    pub(super) fn check(&self) -> Result<(), Error> {
        let bytes = self.segment_bytes;
        if !Self::SEGMENT_BYTES.contains(&bytes) || !bytes.is_multiple_of(PAGE_BYTES) {
            return Err(Error::Options {
                what: "segment_bytes must be a multiple of 4096 from 65536 to 1073741824",
            });
        }
        if self.queue_bytes == 0 || self.frame_bytes_max == 0 {
            return Err(Error::Options { what: "queue_bytes and frame_bytes_max must not be 0" });
        }
        Ok(())
    }

    /// The largest entry, in encoded bytes: with a checkpoint before it, it still fits an empty segment.
    pub(super) fn entry_bytes_max(&self) -> usize {
        self.segment_bytes as usize / 2 - 2 * PAGE_BYTES as usize
    }

    /// The largest checkpoint, in encoded bytes.
    pub(super) fn checkpoint_bytes_max(&self) -> usize {
        self.segment_bytes as usize / 4
    }
}
