//! The desk: a few connections for everything that follows a grant, apart from those that the crowd fills.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::sync::Semaphore;

use super::errand::Errand;
use super::lines::{Lines, Nodes, Settled};

/// How many errands are run at a time.
const SEATS: usize = 48;

/// How many may wait for a seat before newcomers have to.
const QUEUE_MAX: usize = 200;

/// The connections of those who hold something.
#[derive(Debug)]
pub(super) struct Desk {
    nodes: Rc<Nodes>,
    seats: Semaphore,
    /// Errands that wait for a seat.
    queue: Cell<usize>,
    idle: RefCell<Vec<Lines>>,
    /// So that errands begin at all nodes in turn.
    opened: Cell<usize>,
}

impl Desk {
    /// A desk without any connections yet.
    pub(super) fn new(nodes: Rc<Nodes>) -> Desk {
        Desk {
            nodes,
            seats: Semaphore::new(SEATS),
            queue: Cell::new(0),
            idle: RefCell::default(),
            opened: Cell::new(0),
        }
    }

    /// Runs an errand until its outcome is known.
    pub(super) async fn settle(&self, errand: &Errand) -> Settled {
        self.queue.set(self.queue.get() + 1);
        let _seat = self.seats.acquire().await;
        self.queue.set(self.queue.get() - 1);
        let idle = self.idle.borrow_mut().pop();
        let mut lines = idle.unwrap_or_else(|| self.open());
        let settled = lines.settle(errand).await;
        self.idle.borrow_mut().push(lines);
        settled
    }

    /// Whether more waits than will be seen to while holds last.
    pub(super) fn is_overrun(&self) -> bool {
        self.queue.get() > QUEUE_MAX
    }

    fn open(&self) -> Lines {
        let home = self.opened.replace(self.opened.get() + 1);
        Lines::new(Rc::clone(&self.nodes), home)
    }
}
