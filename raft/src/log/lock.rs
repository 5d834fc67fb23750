//! Taking a mutex.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Takes `mutex` also after a holder panicked: the panic itself ends the log, and until then callers are answered.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
