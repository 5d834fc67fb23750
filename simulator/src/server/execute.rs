//! Admission by the idempotency key, and execution: each under the lock, in one go.

use std::sync::Arc;

use serde_json::Value;

use super::call::Stamp;
use super::understand::Call;
use crate::api::{Operation, Subject};
use crate::book::{AccountBook, Change, Step, Writ};
use crate::faults::{Fault, Point, Twist};
use crate::idempotency::{Begin, Record};
use crate::object::error::{ApiError, Kind};
use crate::provider::{Provider, World};

/// How many objects a ledger may have: what fits into memory.
const SERIAL_MAX: u64 = 20_000_000;

/// A call that may be executed, or was before.
pub(super) struct Admitted {
    account: usize,
    operation: Box<dyn Operation>,
    in_flight: InFlight,
    path: String,
    digest: String,
    /// The answer that is remembered, if this is its twin.
    pub(super) replay: Option<Record>,
    pub(super) fault: Option<Fault>,
}

/// A key in flight and a number promised to an intent, for as long as this lives.
struct InFlight {
    provider: Arc<Provider>,
    account: usize,
    key: Option<String>,
    order: Option<u64>,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut world = self.provider.lock();
        self.order.iter().for_each(|&order| world.counters.orders.take_back(order));
        if let (Some(key), Some(book)) = (&self.key, world.books.get_mut(self.account)) {
            book.keys.end(key);
        }
    }
}

/// Admits a call by its key, and draws its fault.
pub(super) fn admit(
    provider: &Arc<Provider>,
    call: Call,
    path: &str,
    stamp: &Stamp,
) -> Result<Admitted, ApiError> {
    let now = provider.clock.now_ms();
    let account = call.caller.account;
    let mut world = provider.lock();
    provider.catch_up(&mut world, now);
    let mut replay = None;
    if let (Some(key), Some(book)) = (&call.key, world.books.get_mut(account))
        && let Begin::Replay(record) = book.keys.begin(key, path, &call.digest, now)?
    {
        replay = Some(record);
    }
    let subject = call.operation.subject();
    let makes_one = replay.is_none() && matches!(subject, Subject::NewIntent { .. });
    let promised = makes_one.then(|| world.counters.orders.promise());
    let fault = draw(&mut world, account, &call, promised, replay.as_ref());
    drop(world);
    if let Some(fault) = &fault {
        tracing::info!(request = stamp.request, path, ?fault, "a fault strikes");
    }
    let key = call.key.filter(|_| replay.is_none());
    let in_flight = InFlight { provider: Arc::clone(provider), account, key, order: promised };
    Ok(Admitted {
        account,
        operation: call.operation,
        in_flight,
        path: path.to_owned(),
        digest: call.digest,
        replay,
        fault,
    })
}

fn draw(
    world: &mut World,
    account: usize,
    call: &Call,
    promised: Option<u64>,
    replay: Option<&Record>,
) -> Option<Fault> {
    let book = world.books.get(account)?;
    let subject = call.operation.subject();
    let order = promised.or_else(|| order_of(book, &subject, replay));
    let confirms = subject == Subject::NewIntent { confirms: true };
    let point =
        Point { account: book.id.clone(), verb: call.route.verb, confirms, order, replay: replay.is_some() };
    world.faults.draw(&point)
}

fn order_of(book: &AccountBook, subject: &Subject, replay: Option<&Record>) -> Option<u64> {
    let intent = match subject {
        Subject::NewIntent { .. } => &made(replay?)?,
        Subject::None => return None,
        Subject::Intent(id) => id,
        Subject::Charge(id) => &book.charges.get(id)?.intent,
        Subject::Refund(id) => &book.refunds.get(id)?.intent,
    };
    book.intents.get(intent).map(|intent| intent.order)
}

/// The intent that a remembered answer tells of: one that was made, or one that was made and declined.
fn made(record: &Record) -> Option<String> {
    let body: Value = serde_json::from_str(&record.body).ok()?;
    let id = body.get("id").or_else(|| body.pointer("/error/payment_intent/id"))?;
    id.as_str().map(str::to_owned)
}

/// Executes an admitted call, or takes what is remembered. With it comes the entry that has to be on disk first.
pub(super) fn execute(provider: &Provider, admitted: Admitted, stamp: &Stamp) -> (Record, u64) {
    if let Some(record) = admitted.replay {
        return (record, provider.ledger.last());
    }
    let Admitted { account, operation, in_flight, path, digest, fault, .. } = admitted;
    let (twist, failure) = match fault {
        Some(Fault::Twist(twist)) => (Some(twist), None),
        Some(Fault::ErrorAfter(should)) => (None, Some(internal(should))),
        _ => (None, None),
    };
    finish(provider, account, stamp, in_flight, twist, |step| {
        let result = if step.is_full() { Err(full()) } else { operation.execute(step) };
        let result = failure.map_or(result, Err);
        record(&result, path, digest)
    })
}

/// Answers with a 500 that is remembered, although nothing was done.
pub(super) fn remember_error(
    provider: &Provider,
    admitted: Admitted,
    stamp: &Stamp,
    should_retry: Option<bool>,
) -> (Record, u64) {
    let Admitted { account, in_flight, path, digest, .. } = admitted;
    finish(provider, account, stamp, in_flight, None, |_| record(&Err(internal(should_retry)), path, digest))
}

fn finish(
    provider: &Provider,
    account: usize,
    stamp: &Stamp,
    in_flight: InFlight,
    twist: Option<Twist>,
    act: impl FnOnce(&mut Step<'_>) -> Record,
) -> (Record, u64) {
    let now = provider.clock.now_ms();
    let writ = Writ {
        request: Some(stamp.request.clone()),
        key: stamp.key.clone(),
        order: in_flight.order,
        twist,
        ..provider.own_writ(now)
    };
    let mut world = provider.lock();
    provider.catch_up(&mut world, now);
    let record = provider.step(&mut world, account, &writ, |step| {
        let mut record = act(step);
        record.at = now;
        record.request.clone_from(&stamp.request);
        if let Some(key) = &in_flight.key {
            record.key.clone_from(key);
            step.put(Change::Key(Box::new(record.clone())));
        }
        record
    });
    let upto = provider.ledger.last();
    drop(world);
    // What is in flight ends under a lock of its own.
    drop(in_flight);
    (record, upto)
}

fn record(result: &Result<Value, ApiError>, path: String, digest: String) -> Record {
    let (status, body, should_retry) = match result {
        Ok(value) => (200, value.clone(), None),
        Err(error) => (error.status, error.body(), error.should_retry),
    };
    let body = serde_json::to_string_pretty(&body).expect("a JSON value is written");
    Record { key: String::new(), path, digest, status, body, should_retry, request: String::new(), at: 0 }
}

fn internal(should_retry: Option<bool>) -> ApiError {
    let mut error = ApiError::new(
        500,
        Kind::Api,
        "An unexpected error occurred. If you have any questions, we can help at https://support.stripe.com/.",
    );
    error.should_retry = should_retry;
    error
}

fn full() -> ApiError {
    ApiError::new(500, Kind::Api, "The simulator's ledger is full: begin anew in another directory.")
        .should_retry(false)
}

impl Step<'_> {
    fn is_full(&self) -> bool {
        self.serial() >= SERIAL_MAX
    }
}
