//! Handing proposals to Raft, one after the other: what came first is proposed first, and only the waiting overlaps.

use std::sync::{Arc, OnceLock};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use openraft::errors::ClientWriteError;
use openraft::impls::ProgressResponder;
use tokio::sync::mpsc;

use super::flights::FLIGHTS_MAX;
use super::inbox::{Inbox, Work};
use super::machine::Raft;
use super::message::Message;
use super::request::Leadership;
use crate::types::{LeaderId, Payload};

/// A proposal on its way to Raft.
pub(super) struct Proposed {
    pub(super) nonce: u64,
    pub(super) leadership: Leadership,
    pub(super) payload: Payload,
}

/// Takes proposals, in order. The core has at most [`FLIGHTS_MAX`] in flight in one leadership.
pub(super) struct Proposer {
    queue: mpsc::Sender<Proposed>,
    inbox: Arc<Inbox>,
    task: Option<Proposing>,
}

/// The task behind a [`Proposer`].
pub(super) struct Proposing {
    queue: mpsc::Receiver<Proposed>,
    raft: Arc<OnceLock<Raft>>,
    inbox: Arc<Inbox>,
}

impl Proposer {
    /// A proposer to the group in `raft`; what is lost is told to `inbox`.
    pub(super) fn new(raft: Arc<OnceLock<Raft>>, inbox: Arc<Inbox>) -> Proposer {
        let (queue, proposals) = mpsc::channel(4 * FLIGHTS_MAX);
        let task = Proposing { queue: proposals, raft, inbox: Arc::clone(&inbox) };
        Proposer { queue, inbox, task: Some(task) }
    }

    /// The task that has to be run, once.
    pub(super) fn take_task(&mut self) -> Option<Proposing> {
        self.task.take()
    }

    /// Hands over a proposal. If there is no room, which only leaderships in quick succession can bring about, it is not
    /// proposed at all.
    pub(super) fn propose(&self, proposed: Proposed) {
        if let Err(mpsc::error::TrySendError::Full(proposed) | mpsc::error::TrySendError::Closed(proposed)) =
            self.queue.try_send(proposed)
        {
            self.inbox.push(Work::Tell(Message::Lost { nonce: proposed.nonce, certainly: true }));
        }
    }
}

impl Proposing {
    /// Proposes until the [`Proposer`] is gone.
    pub(super) async fn run(mut self) {
        let mut waiting = FuturesUnordered::new();
        loop {
            tokio::select! {
                proposed = self.queue.recv() => {
                    let Some(proposed) = proposed else { return };
                    waiting.push(self.hand_over(proposed).await);
                }
                Some((nonce, lost)) = waiting.next(), if !waiting.is_empty() => {
                    if let Some(certainly) = lost {
                        self.inbox.push(Work::Tell(Message::Lost { nonce, certainly }));
                    }
                }
            }
        }
    }

    /// Puts a proposal into Raft's queue; what is given back waits for what came of it: nothing if it was applied, else
    /// whether it certainly is in no log.
    async fn hand_over(&self, proposed: Proposed) -> impl Future<Output = (u64, Option<bool>)> + use<> {
        let (responder, done) = ProgressResponder::complete_only();
        let handed_over = match self.raft.get() {
            // Before the group runs, nobody leads it.
            None => Err(true),
            Some(raft) => {
                let write = raft.write(proposed.payload).with_leader(LeaderId::from(proposed.leadership));
                write.responder(responder).await.map_err(|_ended| false)
            }
        };
        async move {
            let lost = match handed_over {
                Err(certainly) => Some(certainly),
                Ok(()) => match done.await {
                    Ok(Ok(_applied)) => None,
                    Ok(Err(ClientWriteError::ForwardToLeader(_))) => Some(true),
                    Ok(Err(_discarded)) => Some(false),
                    Err(_gone) => Some(false),
                },
            };
            (proposed.nonce, lost)
        }
    }
}
