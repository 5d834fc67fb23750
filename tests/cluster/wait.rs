//! Waiting for conditions, each with a deadline. Nothing else in these tests sleeps to wait for something, but for clients
//! that pause before they ask again, as clients do.

use std::time::{Duration, Instant};

/// How long to wait before looking again.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Lets time pass, where what comes about in it is measured.
pub(crate) async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Waits until `look` gives something; panics with what was awaited when that takes longer than `within`.
#[track_caller]
pub(crate) fn until_some<T, F: Future<Output = Option<T>>>(
    what: &str,
    within: Duration,
    mut look: impl FnMut() -> F,
) -> impl Future<Output = T> {
    let caller = std::panic::Location::caller();
    let what = what.to_owned();
    async move {
        let start = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(start.elapsed() < within, "{caller}: waited {within:?} in vain: {what}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Waits until `look` finds nothing any more; panics with what it finds when that takes longer than `within`.
#[track_caller]
pub(crate) fn until_none<F: Future<Output = Vec<String>>>(
    what: &str,
    within: Duration,
    mut look: impl FnMut() -> F,
) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    let what = what.to_owned();
    async move {
        let start = Instant::now();
        loop {
            let left = look().await;
            if left.is_empty() {
                return;
            }
            assert!(start.elapsed() < within, "{caller}: waited {within:?} in vain: {what}: {left:#?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Waits until `look` gives true; panics with what was awaited when that takes longer than `within`.
#[track_caller]
pub(crate) fn until<F: Future<Output = bool>>(
    what: &str,
    within: Duration,
    mut look: impl FnMut() -> F,
) -> impl Future<Output = ()> {
    until_some(what, within, move || {
        let looked = look();
        async move { looked.await.then_some(()) }
    })
}
