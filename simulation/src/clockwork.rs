//! A runtime in this thread, whose time passes only when the world lets it.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;
use tokio::time::{Instant, advance, sleep_until};

/// A runtime that is moved on a millisecond at a time.
pub(crate) struct Clockwork {
    // Before the runtime, whose tasks it holds.
    local: LocalSet,
    runtime: Runtime,
    began: Instant,
    /// How many milliseconds it has run.
    ran: u64,
}

impl Clockwork {
    pub(crate) fn new() -> Clockwork {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime without threads takes nothing of the system");
        let began = runtime.block_on(async { Instant::now() });
        Clockwork { local: LocalSet::new(), runtime, began, ran: 0 }
    }

    /// Has a task run from the next step on.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.local.spawn_local(task);
    }

    /// Lets a millisecond pass, with all that is due in it.
    pub(crate) fn step(&mut self) {
        self.ran += 1;
        let until = self.began + Duration::from_millis(self.ran);
        self.runtime.block_on(self.local.run_until(async { sleep_until(until).await }));
    }

    /// It stood still for so many milliseconds: all that was due meanwhile is late.
    pub(crate) fn wake_after(&mut self, millis: u64) {
        self.ran += millis;
        let stood_still = async { advance(Duration::from_millis(millis)).await };
        self.runtime.block_on(self.local.run_until(stood_still));
    }

    /// Takes all tasks down where they stand.
    pub(crate) fn end(self) {
        let Clockwork { local, runtime, .. } = self;
        let in_runtime = runtime.enter();
        drop(local);
        drop(in_runtime);
    }
}
