//! The one source of entropy of this process: the seed.
//!
//! Hash maps, the runtime's choice between ready branches, ids and election timeouts all begin with `getrandom(2)`, by
//! way of the C library's function of that name. The standard library looks it up as a weak symbol, so that programs can
//! put their own in its place: this one does. Every run is a process of its own, so that nothing of one is left to the
//! next.

use std::sync::atomic::{AtomicU64, Ordering};

static STATE: AtomicU64 = AtomicU64::new(0x5eed);

/// What is random in this process follows from `seed` from now on. To be called before anything is.
pub(crate) fn begin(seed: u64) {
    STATE.store(seed ^ 0x0123_4567_89ab_cdef, Ordering::Relaxed);
}

fn next() -> u64 {
    let state = STATE.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// `getrandom(2)` for this process.
///
/// # Safety
/// `buffer` is valid for writes of `length` bytes, as callers of the C function promise.
#[expect(
    unsafe_code,
    reason = "the only way to the entropy of libraries; it writes where its caller says, no further"
)]
#[unsafe(no_mangle)]
unsafe extern "C" fn getrandom(buffer: *mut u8, length: usize, _flags: u32) -> isize {
    for at in 0..length {
        let byte = next().to_le_bytes()[0];
        // SAFETY: the caller promises `length` writable bytes from `buffer` on, and `at` is below `length`.
        unsafe { buffer.add(at).write(byte) };
    }
    isize::try_from(length).unwrap_or(isize::MAX)
}
