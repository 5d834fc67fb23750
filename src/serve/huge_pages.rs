//! Which pages a node's memory is made of.

/// Small ones. A huge page costs half a thousand small ones at once, in the middle of whatever is going on: where the host
/// has to find the memory first, 4.5 ms were measured, which a batch must not take. A shard gains nothing from them, for it
/// waits for memory and not for the tables that say where it is; see `docs/performance.md`.
pub(super) fn do_without() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::warn!(%error, "transparent huge pages stay on: now and then a batch takes longer");
    }
}
