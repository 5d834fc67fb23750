//! Requests that wait for their answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::peer::Refusal;
use crate::peer::stream::Permit;

/// What a node answers: a body, or why not.
pub(super) type Answer = Result<Bytes, Refusal>;

/// The unanswered requests of one connection, or what ended it.
#[derive(Debug)]
pub(super) struct Pending {
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Open { next: u64, waiting: HashMap<u64, Waiting> },
    Closed(Arc<str>),
}

#[derive(Debug)]
struct Waiting {
    answer: oneshot::Sender<Answer>,
    /// Given back when the answer comes or is not waited for any more, not when somebody looks at it.
    _permit: Option<Permit>,
}

impl Pending {
    pub(super) fn new() -> Self {
        Self { state: Mutex::new(State::Open { next: 1, waiting: HashMap::new() }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a new request, and where its answer will come.
    ///
    /// # Errors
    /// What ended the connection.
    pub(super) fn add(&self, permit: Option<Permit>) -> Result<(u64, oneshot::Receiver<Answer>), Arc<str>> {
        match &mut *self.state() {
            State::Closed(why) => Err(why.clone()),
            State::Open { next, waiting } => {
                let request = *next;
                *next += 1;
                let (answer, receiver) = oneshot::channel();
                waiting.insert(request, Waiting { answer, _permit: permit });
                Ok((request, receiver))
            }
        }
    }

    /// Hands an answer over. `false`: nobody waits for it (any more).
    pub(super) fn settle(&self, request: u64, answer: Answer) -> bool {
        self.remove(request).is_some_and(|waiting| waiting.answer.send(answer).is_ok())
    }

    /// Nobody waits for this answer any more.
    pub(super) fn forget(&self, request: u64) {
        self.remove(request);
    }

    fn remove(&self, request: u64) -> Option<Waiting> {
        match &mut *self.state() {
            State::Open { waiting, .. } => waiting.remove(&request),
            State::Closed(_) => None,
        }
    }

    /// No answers will come any more, and no requests are taken. The first reason stays.
    pub(super) fn close(&self, why: Arc<str>) {
        let mut state = self.state();
        if matches!(*state, State::Open { .. }) {
            *state = State::Closed(why);
        }
    }

    /// What ended the connection, if it has ended.
    pub(super) fn closed(&self) -> Option<Arc<str>> {
        match &*self.state() {
            State::Open { .. } => None,
            State::Closed(why) => Some(why.clone()),
        }
    }
}
