//! Tasks that a node cannot do without.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use crate::process;

/// Runs `task`, and ends the process if it panics: without it half a node would run on, which still counts for its peers.
/// What panicked has been reported by then.
pub(super) async fn vital(task: impl Future<Output = ()>) {
    if AssertUnwindSafe(task).catch_unwind().await.is_err() {
        process::end();
    }
}
