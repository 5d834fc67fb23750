//! Who does the writing: a thread of the log's own, or the caller. What a log and its shards share.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use super::error::Error;
use super::lock::lock;
use super::options::Drive;
use super::shared::Shared;
use super::writer::Writer;

/// Sees to it that what is queued is written.
pub(super) struct Driver {
    pub(super) shared: Arc<Shared>,
    /// The writer, if callers drive it.
    writer: Mutex<Option<Writer>>,
    /// The writer's thread, if it has one.
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Rung when something is queued that is to be written later.
    #[cfg(feature = "simulation")]
    queued: Arc<tokio::sync::Notify>,
}

impl Driver {
    pub(super) fn start(shared: Arc<Shared>, writer: Writer, dir: &Path) -> Result<Driver, Error> {
        if shared.options.drive != Drive::Threads {
            return Ok(Driver::of(shared, Some(writer), None));
        }
        let end = End { shared: Arc::clone(&shared), dir: dir.to_owned() };
        let thread = thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || write_all(end, writer))
            .map_err(|source| Error::Thread { source })?;
        Ok(Driver::of(shared, None, Some(thread)))
    }

    fn of(shared: Arc<Shared>, writer: Option<Writer>, thread: Option<JoinHandle<()>>) -> Driver {
        Driver {
            shared,
            writer: Mutex::new(writer),
            thread: Mutex::new(thread),
            #[cfg(feature = "simulation")]
            queued: Arc::default(),
        }
    }

    /// Writes later what is queued, if that is who writes here.
    #[cfg(feature = "simulation")]
    pub(super) fn write_later(self: &Arc<Driver>) {
        if self.shared.options.drive != Drive::Later {
            return;
        }
        let (queued, driver) = (Arc::clone(&self.queued), Arc::downgrade(self));
        tokio::spawn(async move {
            loop {
                queued.notified().await;
                tokio::time::sleep(crate::simulation::sync().unwrap_or_default()).await;
                let Some(driver) = driver.upgrade() else { return };
                driver.write_now();
            }
        });
    }

    /// Writes what is queued, if callers do the writing here.
    pub(super) fn drive(&self) {
        #[cfg(feature = "simulation")]
        if self.shared.options.drive == Drive::Later {
            return self.queued.notify_one();
        }
        self.write_now();
    }

    fn write_now(&self) {
        let mut writer = lock(&self.writer);
        let Some(running) = writer.as_mut() else { return };
        let mut batch = VecDeque::new();
        while self.shared.queue.take_now(&mut batch) {
            if let Err(error) = running.write(&mut batch) {
                writer.take();
                return self.shared.fail(&error);
            }
        }
    }

    /// Writes what is queued, with the last known commit of every shard, lets nothing more in, and ends in order.
    pub(super) fn close(&self) {
        self.shared.queue_committed();
        self.write_now();
        self.shared.queue.close();
        if let Some(writer) = lock(&self.writer).take() {
            writer.close();
        }
        if let Some(thread) = lock(&self.thread).take() {
            let _panicked = thread.join();
        }
    }
}

/// The writer's thread: group commit without a timer, since what comes during a sync is the next frame.
fn write_all(end: End, mut writer: Writer) {
    let mut batch = VecDeque::new();
    while end.shared.queue.take(&mut batch) {
        if let Err(error) = writer.write(&mut batch) {
            return end.shared.fail(&error);
        }
    }
    writer.close();
}

/// If the writer panics, those who wait are told and the log ends like after any other failure.
struct End {
    shared: Arc<Shared>,
    dir: PathBuf,
}

impl Drop for End {
    fn drop(&mut self) {
        if thread::panicking() {
            self.shared.fail(&Error::ThreadEnded { path: self.dir.clone() });
        }
    }
}
