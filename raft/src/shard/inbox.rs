//! The two inboxes of a shard's actor: what was decided elsewhere, first and never dropped, and what people want.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use engine::Shard;
use engine::snapshot::Capture;
use tokio::sync::oneshot;

use super::clock::micros;
use super::core::Core;
use super::message::{Committed, Message};
use super::reply::ReplyTo;
use super::request::Request;
use crate::types::LogId;

/// How many requests may wait for the actor; one more is overload, told at once.
const REQUESTS_MAX: usize = 20_000;

/// What must be looked at before any request.
pub enum Work {
    /// Entries were committed. `done` is told once they are applied.
    Committed {
        /// The entries, in the order of the log.
        entries: Vec<Committed>,
        /// How many bytes of log they are.
        bytes: u64,
        /// Told once they are applied.
        done: oneshot::Sender<()>,
    },
    /// The core is to be told something.
    Tell(Message<ReplyTo>),
    /// The state is to be captured, as of the newest entry in it.
    Capture(oneshot::Sender<Capture>),
    /// A state from a snapshot takes the place of this one.
    Install {
        /// The state.
        engine: Box<Shard>,
        /// The newest entry in it.
        applied: LogId,
        /// Told once it is in place.
        done: oneshot::Sender<()>,
    },
    /// Somebody wants to look at the core.
    Inspect(Inspection),
    /// The actor is to end.
    Stop(oneshot::Sender<()>),
}

/// A look at the core: short, since the shard stands still meanwhile.
pub type Inspection = Box<dyn FnOnce(&Core<ReplyTo>) + Send>;

/// Both inboxes. Senders push and wake the actor once; the actor empties them.
pub struct Inbox {
    work: Mutex<VecDeque<Work>>,
    requests: Mutex<Arrivals>,
    woken: AtomicBool,
    wake: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

/// Requests, in the order in which they came.
#[derive(Default)]
pub(super) struct Arrivals {
    /// When the first of them came, as [`super::clock::Moment::micros`].
    pub(super) since: u64,
    pub(super) requests: Vec<(Request, ReplyTo)>,
}

impl Default for Inbox {
    fn default() -> Inbox {
        Inbox {
            work: Mutex::default(),
            requests: Mutex::default(),
            woken: AtomicBool::new(false),
            wake: OnceLock::new(),
        }
    }
}

impl Inbox {
    /// Sets how the actor is woken, once, when it starts.
    pub fn on_wake(&self, wake: impl Fn() + Send + Sync + 'static) {
        assert!(self.wake.set(Box::new(wake)).is_ok(), "an inbox belongs to one actor");
        self.wake();
    }

    /// Hands over what must be looked at first. Its number is bounded by those who send it: each waits, or there is one
    /// for each proposal, round and state of leadership.
    pub fn push(&self, work: Work) {
        locked(&self.work).push_back(work);
        self.wake();
    }

    /// Hands over a request; gives it back if too many wait.
    ///
    /// # Errors
    /// The reply handle, when the inbox is full.
    pub fn request(&self, request: Request, reply: ReplyTo) -> Result<(), ReplyTo> {
        {
            let mut arrivals = locked(&self.requests);
            if arrivals.requests.len() >= REQUESTS_MAX {
                return Err(reply);
            }
            if arrivals.requests.is_empty() {
                arrivals.since = micros();
            }
            arrivals.requests.push((request, reply));
        }
        self.wake();
        Ok(())
    }

    fn wake(&self) {
        if !self.woken.swap(true, Ordering::AcqRel)
            && let Some(wake) = self.wake.get()
        {
            wake();
        } else if self.wake.get().is_none() {
            // Nobody listens yet; whoever starts to will look.
            self.woken.store(false, Ordering::Release);
        }
    }

    /// The actor was woken: whatever is pushed from now on wakes it again.
    pub(super) fn listen(&self) {
        self.woken.store(false, Ordering::Release);
    }

    pub(super) fn take_work(&self) -> VecDeque<Work> {
        std::mem::take(&mut *locked(&self.work))
    }

    pub(super) fn take_requests(&self) -> Arrivals {
        std::mem::take(&mut *locked(&self.requests))
    }
}

/// Nothing panics while it holds one of these locks, so what a poisoned one guards is whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
