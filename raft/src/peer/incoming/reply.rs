//! The answer that every request gets.

use std::sync::Arc;

use bincode::Encode;
use bytes::Bytes;
use engine::codec;

use crate::peer::counters::count;
use crate::peer::stream::{Class, Header, Kind, Outbox, Outgoing, Permit};
use crate::peer::{Counters, Refusal, wire};

/// The obligation to answer a request. Dropping it refuses the request: silence is not an answer.
#[derive(Debug)]
pub(super) struct Reply {
    outbox: Outbox,
    class: Class,
    request: u64,
    /// Given back before the answer is sent, so that whoever waits for it finds room here.
    permit: Option<Permit>,
    counters: Arc<Counters>,
    answered: bool,
}

impl Reply {
    pub(super) fn new(
        outbox: Outbox,
        class: Class,
        request: u64,
        permit: Option<Permit>,
        counters: Arc<Counters>,
    ) -> Self {
        Self { outbox, class, request, permit, counters, answered: false }
    }

    /// The number of the request.
    pub(super) fn request(&self) -> u64 {
        self.request
    }

    /// Answers with a message.
    pub(super) async fn answer<M: Encode>(self, message: &M) {
        self.send(Kind::Answer, wire::encode(message)).await;
    }

    /// Answers with bytes.
    pub(super) async fn answer_bytes(self, body: Bytes) {
        self.send(Kind::Answer, vec![body]).await;
    }

    /// Answers that it was not done, or not to the end.
    pub(super) async fn refuse(self, refusal: &Refusal) {
        self.count(refusal);
        self.send(Kind::Refusal, wire::encode(refusal)).await;
    }

    /// Refuses without waiting for room to say so. If there is none the other side's deadline speaks.
    pub(super) fn refuse_now(mut self, refusal: &Refusal) {
        self.offer(refusal);
    }

    async fn send(mut self, kind: Kind, body: Vec<Bytes>) {
        self.answered = true;
        self.permit = None;
        let frame = Outgoing::new(Header::bare(kind, self.request), body);
        if self.outbox.send(self.class, frame).await.is_err() {
            tracing::trace!(request = self.request, "the connection ended before the answer");
        }
    }

    fn count(&self, refusal: &Refusal) {
        count(&self.counters.refused);
        if *refusal == Refusal::Expired {
            count(&self.counters.timed_out);
        }
    }

    fn offer(&mut self, refusal: &Refusal) {
        self.answered = true;
        self.permit = None;
        self.count(refusal);
        let body = vec![Bytes::from(codec::encode(refusal))];
        self.outbox.offer(Class::Urgent, Outgoing::new(Header::bare(Kind::Refusal, self.request), body));
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if !self.answered {
            self.offer(&Refusal::Abandoned);
        }
    }
}
