//! The way of a request: understood, admitted by its key, met by faults, executed, on disk, answered.

use std::sync::Arc;
use std::time::Duration;

use super::answer::{Answer, Reaction};
use super::asked::Asked;
use super::execute::{Admitted, admit, execute, remember_error};
use super::understand::{understand, version};
use crate::control;
use crate::faults::Fault;
use crate::id;
use crate::idempotency::{Record, in_use};
use crate::limits::limited;
use crate::object::error::ApiError;
use crate::provider::Provider;
use crate::version::Version;

/// What a request comes to.
pub(crate) async fn react(provider: Arc<Provider>, asked: Asked) -> Reaction {
    if let Some(reaction) = control::react(&provider, &asked).await {
        return reaction;
    }
    let request = id::request();
    let version = match version(&asked) {
        Ok(version) => version,
        Err(error) => return Reaction::Answer(Answer::error(&error).with("request-id", request)),
    };
    let stamp = Stamp { version, key: asked.header("idempotency-key").map(str::to_owned), request };
    let call = match understand(&provider, &asked, stamp.version) {
        Ok(call) => call,
        Err(error) => return stamp.answer(Answer::error(&error)),
    };
    let admitted = match admit(&provider, call, &asked.path, &stamp) {
        Ok(admitted) => admitted,
        Err(error) => return stamp.answer(Answer::error(&error)),
    };
    meet(&provider, admitted, &stamp).await
}

/// What every answer carries.
pub(super) struct Stamp {
    pub(super) version: Version,
    pub(super) key: Option<String>,
    pub(super) request: String,
}

impl Stamp {
    fn answer(&self, answer: Answer) -> Reaction {
        let mut answer = answer.with("request-id", &self.request).with("stripe-version", self.version.name());
        if let Some(key) = &self.key {
            answer = answer.with("idempotency-key", key);
        }
        Reaction::Answer(answer)
    }

    /// The answer that is remembered, now or again.
    fn remembered(&self, record: &Record, replayed: bool) -> Reaction {
        let mut answer = Answer::text(record.status, "application/json", record.body.clone());
        if let Some(should) = record.should_retry {
            answer = answer.with("stripe-should-retry", should.to_string());
        }
        if self.key.is_some() {
            answer = answer.with("original-request", &record.request);
        }
        if replayed {
            answer = answer.with("idempotent-replayed", "true");
        }
        self.answer(answer)
    }
}

/// Lets the fault do its part before and after what the request does.
async fn meet(provider: &Arc<Provider>, admitted: Admitted, stamp: &Stamp) -> Reaction {
    let fault = admitted.fault.clone();
    match &fault {
        Some(Fault::ResetBefore) => return Reaction::Cut,
        Some(Fault::StallBefore(time)) => {
            pass(provider, *time).await;
            return Reaction::Cut;
        }
        Some(Fault::DelayBefore(time)) if !pass(provider, *time).await => return Reaction::Cut,
        Some(Fault::Conflict) => {
            return stamp.answer(Answer::error(&in_use(stamp.key.as_deref().unwrap_or("none"))));
        }
        Some(Fault::Refused(code)) => return stamp.answer(Answer::error(&refused(code.as_deref()))),
        Some(Fault::Limited(reason)) => return stamp.answer(Answer::error(&limited(*reason))),
        _ => {}
    }
    let replayed = admitted.replay.is_some();
    let (record, upto) = match &fault {
        Some(Fault::ErrorBefore(should)) => remember_error(provider, admitted, stamp, *should),
        _ => execute(provider, admitted, stamp),
    };
    // If the disk failed, nobody knows what is on it: so the client shall not know either.
    if provider.ledger.durable(upto).await.is_err() {
        return Reaction::Cut;
    }
    match fault {
        Some(Fault::ResetAfter) => return Reaction::Cut,
        Some(Fault::StallAfter(time)) => {
            pass(provider, time).await;
            return Reaction::Cut;
        }
        Some(Fault::DelayAfter(time)) if !pass(provider, time).await => return Reaction::Cut,
        _ => {}
    }
    stamp.remembered(&record, replayed)
}

/// What the provider would do, were the account or the request another.
fn refused(code: Option<&str>) -> ApiError {
    let error = ApiError::invalid("The fault script refuses this request.");
    match code {
        Some(code) => error.code(code),
        None => error,
    }
}

/// Lets time pass; `false` if the provider stopped meanwhile.
async fn pass(provider: &Provider, time: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(time) => true,
        () = provider.stop.cancelled() => false,
    }
}
