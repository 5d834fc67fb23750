//! What waits to be written to a connection.

use tokio::sync::mpsc;

use super::Outgoing;

/// Which queue a frame waits in. Urgent frames go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Small, and late is as bad as never: votes, heartbeats, their answers, pings.
    Urgent,
    /// All else. In order.
    Bulk,
}

/// The connection is gone; the frame was not sent.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed")]
pub(crate) struct Closed;

/// Puts frames where the connection's writer finds them.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    urgent: mpsc::Sender<Outgoing>,
    bulk: mpsc::Sender<Outgoing>,
}

/// Where the writer takes frames from.
#[derive(Debug)]
pub(crate) struct Queued {
    urgent: mpsc::Receiver<Outgoing>,
    bulk: mpsc::Receiver<Outgoing>,
}

/// An outbox for at most so many frames of each class. Their bytes are bounded by the budgets of those who send.
pub(crate) fn outbox(urgent_max: usize, bulk_max: usize) -> (Outbox, Queued) {
    let (urgent, urgent_queued) = mpsc::channel(urgent_max);
    let (bulk, bulk_queued) = mpsc::channel(bulk_max);
    (Outbox { urgent, bulk }, Queued { urgent: urgent_queued, bulk: bulk_queued })
}

impl Outbox {
    fn queue(&self, class: Class) -> &mpsc::Sender<Outgoing> {
        match class {
            Class::Urgent => &self.urgent,
            Class::Bulk => &self.bulk,
        }
    }

    /// Waits for room. Cancel safe: a frame is queued or dropped.
    pub(crate) async fn send(&self, class: Class, frame: Outgoing) -> Result<(), Closed> {
        self.queue(class).send(frame).await.map_err(|_| Closed)
    }

    /// Queues the frame if there is room at once, and drops it if there is not.
    pub(crate) fn offer(&self, class: Class, frame: Outgoing) -> bool {
        self.queue(class).try_send(frame).is_ok()
    }
}

impl Queued {
    /// The next frame, as soon as there is one; `None` when nobody can send any more.
    pub(super) async fn next(&mut self) -> Option<Outgoing> {
        tokio::select! {
            biased;
            Some(frame) = self.urgent.recv() => Some(frame),
            Some(frame) = self.bulk.recv() => Some(frame),
            else => None,
        }
    }

    /// The next frame if one is there.
    pub(super) fn next_now(&mut self) -> Option<Outgoing> {
        self.urgent.try_recv().or_else(|_| self.bulk.try_recv()).ok()
    }
}
