//! The waits, calls and reports that are under way, each in a task of its own, and all owned here.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::core::Ticket;
use super::journal::{Applied, Unrecorded};
use crate::client::{Reason, Verdict};

/// What ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// A wait for a turn to begin, and whether it is one.
    Turn(Ticket, bool),
    /// A call.
    Call(Ticket, Verdict),
    /// A report.
    Report(Ticket, Result<Applied, Unrecorded>),
}

/// What a task of this kind ends with if it panicked: nobody knows.
type Panicked = fn(Ticket) -> Ended;

/// The waits, calls and reports that are under way: at most one of each reservation, and those calls that nobody wants any
/// more and that were sent already.
#[derive(Debug, Default)]
pub(super) struct Work {
    tasks: JoinSet<Ended>,
    tickets: HashMap<Id, (Ticket, Panicked)>,
    calls: BTreeMap<Ticket, CancellationToken>,
}

impl Work {
    /// Waits for a turn to begin. The token is cancelled when nobody wants it any more.
    pub(super) fn turn<F>(&mut self, ticket: Ticket, turn: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = bool> + Send + 'static,
    {
        let turn = turn(self.token(ticket));
        self.spawn(ticket, async move { Ended::Turn(ticket, turn.await) }, |ticket| {
            Ended::Turn(ticket, false)
        });
    }

    /// Makes a call. The token is cancelled when nobody wants it any more.
    pub(super) fn call<F>(&mut self, ticket: Ticket, call: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = Verdict> + Send + 'static,
    {
        let call = call(self.token(ticket));
        let panicked = |ticket| Ended::Call(ticket, Verdict::retry(Reason::BrokenOff));
        self.spawn(ticket, async move { Ended::Call(ticket, call.await) }, panicked);
    }

    /// Makes a report.
    pub(super) fn report<F>(&mut self, ticket: Ticket, report: F)
    where
        F: Future<Output = Result<Applied, Unrecorded>> + Send + 'static,
    {
        let panicked = |ticket| Ended::Report(ticket, Err(Unrecorded::Unknown));
        self.spawn(ticket, async move { Ended::Report(ticket, report.await) }, panicked);
    }

    fn token(&mut self, ticket: Ticket) -> CancellationToken {
        let broken_off = CancellationToken::new();
        self.calls.insert(ticket, broken_off.clone());
        broken_off
    }

    fn spawn<F>(&mut self, ticket: Ticket, work: F, panicked: Panicked)
    where
        F: Future<Output = Ended> + Send + 'static,
    {
        let task = self.tasks.spawn(work);
        self.tickets.insert(task.id(), (ticket, panicked));
    }

    /// Nobody wants this call any more.
    pub(super) fn drop_call(&mut self, ticket: Ticket) {
        if let Some(broken_off) = self.calls.remove(&ticket) {
            broken_off.cancel();
        }
    }

    /// What ended next; nothing if nothing is under way.
    pub(super) async fn ended(&mut self) -> Option<Ended> {
        let (id, ended) = match self.tasks.join_next_with_id().await? {
            Ok((id, ended)) => (id, Some(ended)),
            Err(broken) => {
                error!(error = %broken, "a call to the payment provider, or its report, broke");
                (broken.id(), None)
            }
        };
        let (ticket, panicked) = self.tickets.remove(&id)?;
        self.calls.remove(&ticket);
        Some(ended.unwrap_or_else(|| panicked(ticket)))
    }

    /// Ends all: what waits for its turn at once, what was sent after `grace` at the latest. Whatever was under way is
    /// found out by whoever leads next, so nothing is lost but time.
    pub(super) async fn shutdown(mut self, grace: Duration) {
        self.calls.values().for_each(CancellationToken::cancel);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all).await.is_err() {
            self.tasks.shutdown().await;
        }
    }
}
