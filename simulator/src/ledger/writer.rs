//! The writer: one thread that writes and syncs what has gathered since the last sync.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::watch;

use super::frame;
use crate::book::Entry;

/// How many bytes of entries go into one frame at most, unless one entry alone is larger.
const GATHERED_MAX: usize = 4 << 20;

/// The ledger cannot be written any more: nobody knows what of the last changes is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost;

/// Entries that wait for the writer. Bounded by the number of requests under way, since each waits for its own.
#[derive(Debug, Default)]
struct Gathered {
    lines: Vec<u8>,
    /// How many entries were ever appended.
    appended: u64,
    closed: bool,
}

#[derive(Debug, Default)]
struct Inbox {
    gathered: Mutex<Gathered>,
    more: Condvar,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ledger, open for more.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// Without, nothing is kept.
    inbox: Option<Arc<Inbox>>,
    /// How many entries are on disk; `None` once that is not known any more.
    durable: watch::Receiver<Option<u64>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Ledger {
    pub(super) fn start(file: File, next: u64, path: PathBuf) -> io::Result<Ledger> {
        let inbox = Arc::new(Inbox::default());
        let (tell, durable) = watch::channel(Some(0));
        let writer = Writer { file, next, path, inbox: Arc::clone(&inbox), tell };
        let thread =
            std::thread::Builder::new().name("simulator-ledger".into()).spawn(move || writer.run())?;
        Ok(Ledger { inbox: Some(inbox), durable, thread: Mutex::new(Some(thread)) })
    }

    /// A ledger that is written nowhere: what it is told is durable at once, and gone with the process.
    pub(crate) fn nowhere() -> Ledger {
        let (_, durable) = watch::channel(Some(u64::MAX));
        Ledger { inbox: None, durable, thread: Mutex::default() }
    }

    /// Appends an entry behind those before it. It is on disk once [`Ledger::durable`] says so.
    pub(crate) fn append(&self, entry: &Entry) {
        let Some(inbox) = &self.inbox else { return };
        let line = serde_json::to_vec(entry).expect("entries are plain data with text keys");
        let mut gathered = inbox.lock();
        gathered.lines.extend_from_slice(&line);
        gathered.lines.push(b'\n');
        gathered.appended += 1;
        inbox.more.notify_one();
    }

    /// The number of the last entry appended. What a reader saw is on disk once this entry is.
    pub(crate) fn last(&self) -> u64 {
        self.inbox.as_ref().map_or(0, |inbox| inbox.lock().appended)
    }

    /// Waits until the entry of this number is on disk.
    pub(crate) async fn durable(&self, number: u64) -> Result<(), Lost> {
        let mut durable = self.durable.clone();
        let reached = durable.wait_for(|durable| durable.is_none_or(|durable| durable >= number)).await;
        reached.ok().and_then(|durable| *durable).map(|_| ()).ok_or(Lost)
    }

    /// Writes what is left and ends the writer. Blocks until that is done.
    pub(crate) fn close(&self) {
        let Some(inbox) = &self.inbox else { return };
        inbox.lock().closed = true;
        inbox.more.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that writes the simulator's ledger panicked");
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.close();
    }
}

struct Writer {
    file: File,
    next: u64,
    path: PathBuf,
    inbox: Arc<Inbox>,
    tell: watch::Sender<Option<u64>>,
}

impl Writer {
    fn run(mut self) {
        let mut frame = Vec::new();
        while let Some((lines, upto)) = self.gather() {
            frame.clear();
            for part in parts(&lines) {
                frame::encode(self.next, part, &mut frame);
                self.next += 1;
                // A frame is never begun before the one before it is on disk: then a damaged frame that is followed
                // by a whole one had been acknowledged.
                let written = self.file.write_all(&frame).and_then(|()| self.file.sync_data());
                frame.clear();
                if let Err(error) = written {
                    tracing::error!(path = %self.path.display(), %error, "the ledger cannot be written any more");
                    let _ = self.tell.send(None);
                    return;
                }
            }
            let _ = self.tell.send(Some(upto));
        }
    }

    /// What has gathered, as soon as there is something; `None` once there never will be.
    fn gather(&self) -> Option<(Vec<u8>, u64)> {
        let gathered = self.inbox.lock();
        let waiting =
            self.inbox.more.wait_while(gathered, |gathered| gathered.lines.is_empty() && !gathered.closed);
        let mut gathered = waiting.unwrap_or_else(PoisonError::into_inner);
        let lines = std::mem::take(&mut gathered.lines);
        (!lines.is_empty()).then_some((lines, gathered.appended))
    }
}

/// Cuts lines into payloads that a frame can hold.
fn parts(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = lines;
    std::iter::from_fn(move || {
        let end = match rest.get(GATHERED_MAX..) {
            None => rest.len(),
            Some(beyond) => {
                beyond.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| GATHERED_MAX + at + 1)
            }
        };
        let (part, left) = rest.split_at(end);
        rest = left;
        (!part.is_empty()).then_some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_between_lines() {
        let line = [vec![b'x'; GATHERED_MAX / 2], vec![b'\n']].concat();
        let lines = line.repeat(5);
        let cut: Vec<&[u8]> = parts(&lines).collect();
        assert_eq!(cut.concat(), lines);
        assert!(cut.len() > 1 && cut.iter().all(|part| part.ends_with(b"\n")), "{}", cut.len());
        assert_eq!(parts(b"").count(), 0);
    }
}
