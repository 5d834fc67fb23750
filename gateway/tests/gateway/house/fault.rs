//! What a command or a question can meet instead of an answer.

use std::sync::Arc;

use engine::{Answer, Refusal};
use gateway::port::Unsettled;
use tokio::sync::Semaphore;

/// A fault.
pub(crate) enum Fault {
    /// No definite answer.
    Unsettled(Unsettled),
    /// A refusal that the state would not give.
    Refused(Refusal),
    /// An answer to another question.
    Answered(Answer),
    /// A panic.
    Panic,
    /// No answer, ever.
    Hang,
    /// The true answer, once the gate opens.
    Held(Arc<Gate>),
}

/// A gate at which requests wait, and can be seen to wait.
pub(crate) struct Gate {
    arrived: Semaphore,
    opened: Semaphore,
}

impl Gate {
    /// A closed gate.
    pub(crate) fn new() -> Arc<Gate> {
        Arc::new(Gate { arrived: Semaphore::new(0), opened: Semaphore::new(0) })
    }

    /// Waits until a request waits at the gate.
    pub(crate) async fn someone_waits(&self) {
        self.arrived.acquire().await.expect("the gate is never torn down").forget();
    }

    /// Lets one request through.
    pub(crate) fn open(&self) {
        self.opened.add_permits(1);
    }

    pub(crate) async fn pass(&self) {
        self.arrived.add_permits(1);
        self.opened.acquire().await.expect("the gate is never torn down").forget();
    }
}
