//! What stories are made of: tasks, objects and verdicts.

use engine::vocabulary::saga::{SagaTasks, Step, Task};
use engine::vocabulary::text::{
    AccountName, DeclineCode, IntentId, NextAction, PaymentMethod, ProviderRefundId, ReturnUrl,
};
use engine::{BuyerId, LogTime, Money, OrderId, ProductId, RefundId, ReservationId, ShardId};
use serde_json::{Value, json};

use crate::client::{Decline, Failure, Object, Refused, Verdict};

pub(super) const SHARD: ShardId = ShardId(3);
/// When the stories begin.
pub(super) const NOON: LogTime = LogTime(1_763_856_000_000);
/// When a payment must be authorized.
pub(super) const DUE: LogTime = LogTime(NOON.0 + 120_000);
pub(super) const PRICE: u64 = 99_900;

pub(super) fn reservation() -> ReservationId {
    ReservationId::new(SHARD, NOON.0, 1)
}

/// All that is to be done for the one reservation.
pub(super) fn of_one(tasks: Vec<Task>) -> Vec<SagaTasks> {
    vec![SagaTasks { reservation: reservation(), tasks }]
}

pub(super) fn order() -> OrderId {
    OrderId::new(SHARD, NOON.0, 2)
}

pub(super) fn refund_id() -> RefundId {
    RefundId::new(SHARD, NOON.0, 3)
}

pub(super) fn pi(id: &str) -> IntentId {
    IntentId::new(id).expect("an id")
}

pub(super) fn re(id: &str) -> ProviderRefundId {
    ProviderRefundId::new(id).expect("an id")
}

pub(super) fn code(word: &str) -> DeclineCode {
    DeclineCode::new(word).expect("a code")
}

pub(super) fn card() -> PaymentMethod {
    PaymentMethod::new("pm_card_visa").expect("a card")
}

pub(super) fn next_action(text: &str) -> NextAction {
    NextAction::new(text).expect("an action")
}

pub(super) fn task(step: Step) -> Task {
    let timed = matches!(step, Step::Begin | Step::Create { .. } | Step::Confirm { .. } | Step::Watch { .. });
    Task {
        reservation: reservation(),
        attempt: 1,
        account: AccountName::new("eu").expect("a name"),
        product: ProductId::new("iphone-17").expect("an id"),
        buyer: BuyerId::new("b-1").expect("an id"),
        price: Money { amount: PRICE, currency: "usd".parse().expect("a currency") },
        since: NOON,
        due: if timed { DUE } else { LogTime::NEVER },
        noticed: None,
        step,
    }
}

pub(super) fn create() -> Step {
    Step::Create { method: card() }
}

pub(super) fn confirm() -> Step {
    let return_url = Some(ReturnUrl::new("https://shop.example/back").expect("a URL"));
    Step::Confirm { intent: pi("pi_1"), method: card(), return_url }
}

pub(super) fn watch() -> Step {
    Step::Watch { intent: pi("pi_1") }
}

pub(super) fn capture() -> Step {
    Step::Capture { intent: pi("pi_1"), order: order() }
}

pub(super) fn cancel() -> Step {
    Step::Cancel { intent: pi("pi_1") }
}

pub(super) fn compensate(made: Option<&str>) -> Step {
    Step::Compensate { intent: pi("pi_1"), made: made.map(re) }
}

pub(super) fn refund(made: Option<&str>) -> Step {
    Step::Refund { refund: refund_id(), intent: pi("pi_1"), amount: 1_000, made: made.map(re) }
}

pub(super) fn recheck(refund: Option<RefundId>) -> Step {
    Step::Recheck { made: re("re_1"), refund }
}

fn with(mut object: Value, more: Value) -> Value {
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}

/// An intent in this status, with these fields besides.
pub(super) fn intent_with(status: &str, more: Value) -> Verdict {
    let object = json!({"id": "pi_1", "status": status, "amount": PRICE, "currency": "usd"});
    let object = serde_json::from_value(with(object, more)).expect("an intent");
    Verdict::Done(Object::Intent(object))
}

pub(super) fn intent(status: &str) -> Verdict {
    intent_with(status, json!({}))
}

/// The intent of a charge, of which so much was taken.
pub(super) fn taken(received: u64) -> Verdict {
    intent_with("succeeded", json!({"amount_received": received}))
}

pub(super) fn refund_value(id: &str, status: &str, amount: u64) -> Value {
    let reason = (status == "failed").then_some("expired_or_canceled_card");
    let metadata = json!({"refund": refund_id().to_string()});
    json!({"id": id, "status": status, "amount": amount, "failure_reason": reason, "metadata": metadata})
}

pub(super) fn refund_of(id: &str, status: &str, amount: u64) -> Verdict {
    Verdict::Done(Object::Refund(serde_json::from_value(refund_value(id, status, amount)).expect("a refund")))
}

pub(super) fn refunded(id: &str, status: &str) -> Verdict {
    refund_of(id, status, PRICE)
}

pub(super) fn refunds(list: &[Value], has_more: bool) -> Verdict {
    let page = json!({"data": list, "has_more": has_more});
    Verdict::Done(Object::Refunds(serde_json::from_value(page).expect("a page")))
}

pub(super) fn declined(word: &str) -> Verdict {
    Verdict::Declined(Decline { code: word.to_owned(), intent: None })
}

pub(super) fn refused(word: &str) -> Verdict {
    let failure = Failure { kind: "invalid_request_error".to_owned(), code: Some(word.to_owned()) };
    Verdict::Refused(Refused { status: 400, failure, param: None })
}
