//! The end of this process, where a node must not go on: what it acknowledged is on disk, and nothing follows.

/// The exit code of a process that failed, for whatever reason.
const FAILED: i32 = 1;

/// Says why, and ends this process at once, with exit code 1: nothing more is acknowledged, and nothing is put in order.
pub(crate) fn fail(why: &str) -> ! {
    tracing::error!("{why}");
    #[cfg(feature = "simulation")]
    if crate::simulation::host().is_some() {
        end();
    }
    std::process::exit(FAILED)
}

/// Ends this process, at once. Why was told by then.
pub(crate) fn end() -> ! {
    #[cfg(feature = "simulation")]
    if let Some(host) = crate::simulation::host() {
        host.end();
        std::panic::resume_unwind(Box::new("the simulated process has ended"));
    }
    std::process::abort();
}
