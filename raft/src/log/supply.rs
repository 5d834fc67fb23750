//! The next segment, when the writer needs it: prepared by a thread of its own, or on the spot.
//!
//! It is prepared while the one before is being written. So when the disk is full, nearly a whole segment is left to write
//! into: the node is told, and the thread goes on trying.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::error::Error;
use super::options::Drive;
use super::preparer::Preparer;
use super::segment::Segment;
use super::shared::Shared;

/// How often preparing is tried again while there is no room.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// Gives the writer new segments and takes used ones.
pub(super) struct Supply {
    /// Segments that an earlier run prepared and did not use.
    left_over: VecDeque<Segment>,
    dir: PathBuf,
    source: Source,
}

enum Source {
    Caller(Box<Preparer>),
    Thread {
        orders: Option<Sender<Order>>,
        prepared: Receiver<Result<Segment, Error>>,
        thread: Option<JoinHandle<()>>,
    },
}

/// What the preparing thread is asked for. There are never more orders than segments.
enum Order {
    Prepare,
    /// The writer waits for what it ordered: it is given it, or told why not.
    Hurry,
    Free(Arc<Segment>),
}

impl Supply {
    pub(super) fn start(
        preparer: Preparer,
        left_over: VecDeque<Segment>,
        shared: Arc<Shared>,
    ) -> Result<Supply, Error> {
        let dir = preparer.dir().to_owned();
        if shared.options.drive != Drive::Threads {
            return Ok(Supply { left_over, dir, source: Source::Caller(Box::new(preparer)) });
        }
        let (orders, order_receiver) = channel();
        let (prepared_sender, prepared) = channel();
        let thread = thread::Builder::new()
            .name("log-segments".to_owned())
            .spawn(move || {
                let serving = Serving { preparer, prepared: prepared_sender, shared, owes: false };
                serving.serve(&order_receiver);
            })
            .map_err(|source| Error::Thread { source })?;
        let source = Source::Thread { orders: Some(orders), prepared, thread: Some(thread) };
        let supply = Supply { left_over, dir, source };
        if supply.left_over.is_empty() {
            supply.order(Order::Prepare);
        }
        Ok(supply)
    }

    /// The next segment. Waits if it is not prepared yet.
    ///
    /// # Errors
    /// If there is no room for one now, or preparing failed otherwise.
    pub(super) fn next(&mut self) -> Result<Segment, Error> {
        let segment = match self.left_over.pop_front() {
            Some(segment) => segment,
            None => self.receive()?,
        };
        if self.left_over.is_empty() {
            self.order(Order::Prepare);
        }
        Ok(segment)
    }

    fn receive(&mut self) -> Result<Segment, Error> {
        let received = match &mut self.source {
            Source::Caller(preparer) => preparer.prepare(),
            Source::Thread { orders, prepared, .. } => match prepared.try_recv() {
                Err(TryRecvError::Empty) => {
                    // If the thread is gone it has said why, and waiting finds out.
                    let _gone = orders.as_ref().map(|orders| orders.send(Order::Hurry));
                    prepared.recv().unwrap_or_else(|_| Err(Error::ThreadEnded { path: self.dir.clone() }))
                }
                Err(TryRecvError::Disconnected) => Err(Error::ThreadEnded { path: self.dir.clone() }),
                Ok(prepared) => prepared,
            },
        };
        received.map_err(|error| match error {
            error if error.may_pass() => Error::NoRoom { path: self.dir.clone(), source: Box::new(error) },
            error => error,
        })
    }

    /// Takes a segment that the log no longer needs; in the order of their numbers.
    pub(super) fn free(&mut self, segment: Arc<Segment>) -> Result<(), Error> {
        match &mut self.source {
            Source::Caller(preparer) => preparer.free(segment),
            Source::Thread { .. } => {
                self.order(Order::Free(segment));
                Ok(())
            }
        }
    }

    fn order(&self, order: Order) {
        if let Source::Thread { orders: Some(orders), .. } = &self.source {
            // If the thread is gone it has said why, and `receive` finds out.
            let _gone = orders.send(order);
        }
    }
}

impl Drop for Supply {
    fn drop(&mut self) {
        if let Source::Thread { orders, thread, .. } = &mut self.source {
            orders.take();
            if let Some(thread) = thread.take() {
                let _panicked = thread.join();
            }
        }
    }
}

/// The preparing thread.
struct Serving {
    preparer: Preparer,
    prepared: Sender<Result<Segment, Error>>,
    shared: Arc<Shared>,
    /// Whether a segment was ordered that is not delivered.
    owes: bool,
}

impl Serving {
    /// Does what is ordered until the writer is gone or the disk fails.
    fn serve(mut self, orders: &Receiver<Order>) {
        loop {
            let next = if self.owes {
                orders.recv_timeout(RETRY_EVERY)
            } else {
                orders.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            let done = match next {
                Ok(Order::Prepare) => {
                    self.owes = true;
                    self.try_to_deliver(false)
                }
                Ok(Order::Hurry) => self.try_to_deliver(true),
                // What was freed may be what is missing.
                Ok(Order::Free(segment)) => {
                    self.preparer.free(segment).and_then(|()| self.try_to_deliver(false))
                }
                Err(RecvTimeoutError::Timeout) if !self.preparer.may_have_room() => Ok(()),
                Err(RecvTimeoutError::Timeout) => self.try_to_deliver(false),
                Err(RecvTimeoutError::Disconnected) => return,
            };
            if let Err(error) = done {
                return self.shared.fail(&error);
            }
        }
    }

    /// Prepares what is owed. If there is no room, that is told, and tried again later; the writer hears of it only if it
    /// `waits`.
    fn try_to_deliver(&mut self, waits: bool) -> Result<(), Error> {
        if !self.owes {
            return Ok(());
        }
        match self.preparer.prepare() {
            Err(error) if error.may_pass() => {
                self.shared.short(Some(&error));
                if waits {
                    let _writer_is_gone = self.prepared.send(Err(error));
                }
                Ok(())
            }
            prepared => {
                let segment = prepared?;
                self.owes = false;
                self.shared.short(None);
                let _writer_is_gone = self.prepared.send(Ok(segment));
                Ok(())
            }
        }
    }
}
