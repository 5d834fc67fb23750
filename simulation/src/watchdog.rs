//! Ends a run that stands still: code that never waits lets no time pass, and nothing else could end it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// How often the run is looked at, in real time.
const EVERY: Duration = Duration::from_secs(20);

/// Counts what the world does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pulse(Arc<AtomicU64>);

impl Pulse {
    /// A millisecond of the world has passed.
    pub(crate) fn beat(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Watches from now on: if nothing passes from one look to the next, the process ends with 3.
    pub(crate) fn watch(&self) {
        let beats = Arc::clone(&self.0);
        thread::spawn(move || {
            let mut before = None;
            loop {
                thread::sleep(EVERY);
                let now = beats.load(Ordering::Relaxed);
                if before.replace(now) == Some(now) {
                    eprintln!("the world stands still at {now} ms: some task never waits");
                    std::process::exit(3);
                }
            }
        });
    }
}
