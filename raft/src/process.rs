//! The end of this process, where a node must not go on: what it acknowledged is on disk, and nothing follows.

/// Ends this process, at once. Why was told by then.
pub(crate) fn end() -> ! {
    #[cfg(feature = "simulation")]
    if let Some(host) = crate::simulation::host() {
        host.end();
        std::panic::resume_unwind(Box::new("the simulated process has ended"));
    }
    std::process::abort();
}
