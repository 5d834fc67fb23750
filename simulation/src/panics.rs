//! Panics, wherever they are: a task that panics may go unnoticed, and a run must not.

use std::cell::RefCell;

thread_local! {
    static TOLD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Listens from now on.
pub(crate) fn listen() {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        TOLD.with_borrow_mut(|told| told.push(panic.to_string()));
    }));
}

/// What was heard since the last time.
pub(crate) fn take() -> Vec<String> {
    TOLD.take()
}
