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
    key: Option<InFlight>,
    path: String,
    digest: String,
    /// The answer that is remembered, if this is its twin.
    pub(super) replay: Option<Record>,
    pub(super) fault: Option<Fault>,
}

/// A key in flight, for as long as this lives.
struct InFlight {
    provider: Arc<Provider>,
    account: usize,
    key: String,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(book) = self.provider.lock().books.get_mut(self.account) {
            book.keys.end(&self.key);
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
    let fault = draw(&mut world, account, &call, replay.is_some());
    drop(world);
    if let Some(fault) = &fault {
        tracing::info!(request = stamp.request, path, ?fault, "a fault strikes");
    }
    let key = call.key.filter(|_| replay.is_none());
    let key = key.map(|key| InFlight { provider: Arc::clone(provider), account, key });
    Ok(Admitted {
        account,
        operation: call.operation,
        key,
        path: path.to_owned(),
        digest: call.digest,
        replay,
        fault,
    })
}

fn draw(world: &mut World, account: usize, call: &Call, replay: bool) -> Option<Fault> {
    let next_order = world.counters.orders + 1;
    let book = world.books.get(account)?;
    let subject = call.operation.subject();
    let order = order_of(book, &subject, next_order);
    let confirms = subject == Subject::NewIntent { confirms: true };
    let point = Point { account: book.id.clone(), verb: call.route.verb, confirms, order, replay };
    world.faults.draw(&point)
}

fn order_of(book: &AccountBook, subject: &Subject, next: u64) -> Option<u64> {
    let intent = match subject {
        Subject::NewIntent { .. } => return Some(next),
        Subject::None => return None,
        Subject::Intent(id) => id,
        Subject::Charge(id) => &book.charges.get(id)?.intent,
        Subject::Refund(id) => &book.refunds.get(id)?.intent,
    };
    book.intents.get(intent).map(|intent| intent.order)
}

/// Executes an admitted call, or takes what is remembered. With it comes the entry that has to be on disk first.
pub(super) fn execute(provider: &Provider, admitted: Admitted, stamp: &Stamp) -> (Record, u64) {
    if let Some(record) = admitted.replay {
        return (record, provider.ledger.last());
    }
    let Admitted { account, operation, key, path, digest, fault, .. } = admitted;
    let (twist, failure) = match fault {
        Some(Fault::Twist(twist)) => (Some(twist), None),
        Some(Fault::ErrorAfter(should)) => (None, Some(internal(should))),
        _ => (None, None),
    };
    finish(provider, account, stamp, key, twist, |step| {
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
    let Admitted { account, key, path, digest, .. } = admitted;
    finish(provider, account, stamp, key, None, |_| record(&Err(internal(should_retry)), path, digest))
}

fn finish(
    provider: &Provider,
    account: usize,
    stamp: &Stamp,
    key: Option<InFlight>,
    twist: Option<Twist>,
    act: impl FnOnce(&mut Step<'_>) -> Record,
) -> (Record, u64) {
    let now = provider.clock.now_ms();
    let writ = Writ {
        request: Some(stamp.request.clone()),
        key: stamp.key.clone(),
        twist,
        ..provider.own_writ(now)
    };
    let mut world = provider.lock();
    provider.catch_up(&mut world, now);
    let record = provider.step(&mut world, account, &writ, |step| {
        let mut record = act(step);
        record.at = now;
        record.request.clone_from(&stamp.request);
        if let Some(key) = &key {
            record.key.clone_from(&key.key);
            step.put(Change::Key(Box::new(record.clone())));
        }
        record
    });
    let upto = provider.ledger.last();
    // The key leaves flight under its own lock.
    drop(world);
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
