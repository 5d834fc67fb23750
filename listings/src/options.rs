//! How a node keeps its lists.

use std::time::Duration;

/// How a node keeps its lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// About how many bytes of pages stay in memory.
    pub cache_bytes: u64,
    /// How often what was written is handed to the disk. What a power cut takes away is taken in again from the shard.
    pub flush_every: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options { cache_bytes: 64 << 20, flush_every: Duration::from_secs(1) }
    }
}
