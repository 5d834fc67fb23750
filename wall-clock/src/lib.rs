//! The wall clock: whatever somebody set it to. A crate of its own so that what a node is made of reads it in one place,
//! and a test can set it for a whole node.

#[cfg(feature = "offset")]
mod offset;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time since the Unix epoch; nothing before it. Cost: one system call through the vDSO.
pub fn now() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    #[cfg(feature = "offset")]
    let now = offset::shifted(now);
    now
}
