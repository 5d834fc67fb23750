//! The end of a process that must not go on.

/// The exit code of a process that ended itself: that of every other failure.
const FAILED: i32 = 1;

/// Says why, and ends the process at once, with exit code 1: nothing more is acknowledged, and nothing is put in order. The
/// next start finds what a power cut would leave.
pub fn end_process(why: &str) -> ! {
    tracing::error!("{why}");
    std::process::exit(FAILED)
}
