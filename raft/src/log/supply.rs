//! The next segment, when the writer needs it: prepared by a thread of its own, or on the spot.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use super::error::Error;
use super::options::Drive;
use super::preparer::Preparer;
use super::segment::Segment;

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
    Free(Arc<Segment>),
}

impl Supply {
    pub(super) fn start(
        preparer: Preparer,
        left_over: VecDeque<Segment>,
        drive: Drive,
        on_sync_failure: impl Fn(Error) + Send + 'static,
    ) -> Result<Supply, Error> {
        let dir = preparer.dir().to_owned();
        if drive != Drive::Threads {
            return Ok(Supply { left_over, dir, source: Source::Caller(Box::new(preparer)) });
        }
        let (orders, order_receiver) = channel();
        let (prepared_sender, prepared) = channel();
        let thread = thread::Builder::new()
            .name("log-segments".to_owned())
            .spawn(move || serve(preparer, &order_receiver, &prepared_sender, on_sync_failure))
            .map_err(|source| Error::Thread { source })?;
        let source = Source::Thread { orders: Some(orders), prepared, thread: Some(thread) };
        let supply = Supply { left_over, dir, source };
        if supply.left_over.is_empty() {
            supply.order(Order::Prepare);
        }
        Ok(supply)
    }

    /// The next segment. Waits if it is not prepared yet; tries once more if preparing failed for want of space.
    pub(super) fn next(&mut self) -> Result<Segment, Error> {
        let first = match self.left_over.pop_front() {
            Some(segment) => Ok(segment),
            None => self.receive(),
        };
        let segment = match first {
            Err(error) if error.may_pass() => {
                self.order(Order::Prepare);
                self.receive()?
            }
            other => other?,
        };
        if self.left_over.is_empty() {
            self.order(Order::Prepare);
        }
        Ok(segment)
    }

    fn receive(&mut self) -> Result<Segment, Error> {
        match &mut self.source {
            Source::Caller(preparer) => preparer.prepare(),
            Source::Thread { prepared, .. } => {
                prepared.recv().unwrap_or_else(|_| Err(Error::ThreadEnded { path: self.dir.clone() }))
            }
        }
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

fn serve(
    mut preparer: Preparer,
    orders: &Receiver<Order>,
    prepared: &Sender<Result<Segment, Error>>,
    on_sync_failure: impl Fn(Error),
) {
    while let Ok(order) = orders.recv() {
        let failed = match order {
            Order::Prepare => match preparer.prepare() {
                Err(error) if !error.may_pass() => Some(error),
                result => {
                    if let Err(error) = &result {
                        tracing::warn!(
                            "the log's next segment is not ready, and will be tried once more: {error}"
                        );
                    }
                    let _writer_is_gone = prepared.send(result);
                    None
                }
            },
            Order::Free(segment) => preparer.free(segment).err(),
        };
        if let Some(error) = failed {
            return on_sync_failure(error);
        }
    }
}
