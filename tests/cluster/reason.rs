//! Why a test failed, told again where its output ends: whoever sees only the end of a long story sees the reason.

use std::sync::{Mutex, Once, PoisonError};

/// How much of a reason is told again, in characters.
const TOLD_MAX: usize = 2_000;

static LAST: Mutex<String> = Mutex::new(String::new());

/// From now on, remembers what the last panic said.
pub(super) fn remember() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let reason = panic.to_string().chars().take(TOLD_MAX).collect();
            *LAST.lock().unwrap_or_else(PoisonError::into_inner) = reason;
            tell(panic);
        }));
    });
}

/// What the last panic said.
pub(super) fn last() -> String {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
