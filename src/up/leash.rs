//! A node on a leash: it ends when its parent does, however the parent ended.
//!
//! The parent holds the other end of the node's stdin. A parent that is killed cannot tell its children to stop, but its
//! pipes are closed all the same.

use std::io::Read;

use rustix::process::{Signal, getpid, kill_process};

/// Tells this process to stop, as SIGTERM does, once its stdin ends.
pub(crate) fn hold() {
    std::thread::spawn(|| {
        let mut stdin = std::io::stdin().lock();
        let mut ignored = [0; 64];
        while matches!(stdin.read(&mut ignored), Ok(read) if read > 0) {}
        tracing::info!("the parent is gone: stopping");
        if let Err(error) = kill_process(getpid(), Signal::TERM) {
            tracing::error!(%error, "cannot stop");
        }
    });
}
