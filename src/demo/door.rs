//! The door: buyers who have come, and are not looked after yet.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use tokio::sync::Notify;

use super::buyer::Visit;

/// How many stand at the door at most. Who comes later comes when there is room.
const ROOM: usize = 256;

/// The door of the sale.
#[derive(Debug, Default)]
pub(super) struct Door {
    queue: RefCell<VecDeque<Visit>>,
    closed: Cell<bool>,
    change: Notify,
}

impl Door {
    /// How many more may come now.
    pub(super) fn room(&self) -> usize {
        ROOM.saturating_sub(self.queue.borrow().len())
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.borrow().is_empty()
    }

    /// Somebody comes.
    pub(super) fn enter(&self, visit: Visit) {
        self.queue.borrow_mut().push_back(visit);
        self.change.notify_one();
    }

    /// Nobody comes any more.
    pub(super) fn close(&self) {
        self.closed.set(true);
        self.change.notify_waiters();
    }

    /// The next one to look after; nothing once the door is closed and nobody waits.
    pub(super) async fn next(&self) -> Option<Visit> {
        loop {
            let changed = self.change.notified();
            if let Some(visit) = self.queue.borrow_mut().pop_front() {
                return Some(visit);
            }
            if self.closed.get() {
                return None;
            }
            changed.await;
        }
    }
}
