//! One cluster at a time: they share two cores with everything else, and their elections with each other's load.

use std::fs::{File, OpenOptions};
use std::path::Path;

/// A turn, over when dropped. Held by file lock, so that it counts between the threads of a test binary and between
/// binaries alike, and ends with the process that took it.
#[derive(Debug)]
pub(crate) struct Turn {
    _lock: File,
}

impl Turn {
    /// Waits for a turn.
    pub(crate) fn take() -> Turn {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("one-cluster-at-a-time.lock");
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = file.expect("the build's directory for tests can be written");
        file.lock().expect("a file can be locked");
        Turn { _lock: file }
    }
}
