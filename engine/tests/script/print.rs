//! How things look in a script.

use engine::saga::{self, Task};
use engine::snapshot::{First, OpenAlarm, OpenAlarms, Payments};
use engine::view::{
    Alarms, Capture, OrderView, PaymentError, PaymentView, ProductView, RefundView, ReservationStatus,
    ReservationView,
};
use engine::{
    Answer, Event, Fact, Field, LogTime, Money, PaymentMode, ProductAudit, Refusal, Room, Status, Stock,
    Takings, limits,
};

use super::{clock, names};

pub(crate) fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Nothing => "nothing to tell".into(),
        Answer::Product(view, created) => {
            format!("{}{}", product(view), if *created { ", created" } else { "" })
        }
        Answer::Adjustment(view) => adjustment(view),
        Answer::Reservation(view) => reservation(view),
        Answer::Order(view) => order(view),
        Answer::Refund(view) => refund(view),
    }
}

pub(crate) fn event(event: &Event) -> String {
    let fact = match &event.fact {
        Fact::Product(view) => product(view),
        Fact::Adjustment(view) => adjustment(view),
        Fact::Reservation(view) => reservation(view),
        Fact::Order(view) => order(view),
        Fact::Refund(view) => refund(view),
    };
    format!("event {}: {fact}", event.sequence)
}

pub(crate) fn stock(stock: &Stock) -> String {
    let Stock { total, available, held, sold, version } = stock;
    format!("{total} = {available} available + {held} held + {sold} sold, version {version}")
}

pub(crate) fn product(view: &ProductView) -> String {
    let description = &view.description;
    let status = words(&format!("{:?}", view.status));
    let mut text = format!("{} {status} at {}", view.id, money(description.price));
    text.push_str(&format!(", limit {}", description.max_per_buyer));
    if let Some(limit) = description.max_per_buyer_in_group {
        text.push_str(&format!(", group limit {limit}"));
    }
    match description.payment {
        PaymentMode::None => text.push_str(", free of payment"),
        PaymentMode::Provider => text.push_str(", by card"),
        PaymentMode::External => {}
    }
    text.push_str(&format!(", revision {}", view.revision));
    text
}

pub(crate) fn reservation(view: &ReservationView) -> String {
    let status = words(&format!("{:?}", view.status));
    let mut text =
        format!("{} {status}: {} x {}", names::of_reservation(view.id), view.quantity, view.product);
    text.push_str(&format!(" for {} at {}", view.buyer, money(view.price)));
    match (view.status, view.pay_by, view.order) {
        (ReservationStatus::Held, _, _) => {
            text.push_str(&format!(", until {}", clock::show(view.expires_at)))
        }
        (_, Some(pay_by), _) => text.push_str(&format!(", to be paid by {}", clock::show(pay_by))),
        (_, _, Some(order)) => text.push_str(&format!(", order {}", names::of_order(order))),
        _ => {}
    }
    if let Some(reference) = &view.reference {
        text.push_str(&format!(", reference {reference}"));
    }
    if let Some(payment) = &view.payment {
        text.push_str(&self::payment(payment));
    }
    text
}

fn payment(view: &PaymentView) -> String {
    let status = words(&format!("{:?}", view.status));
    let mut text = format!("; payment {} {status}", view.attempt);
    if let Some(action) = &view.next_action {
        text.push_str(&format!(", the buyer has to: {}", &**action));
    }
    match &view.error {
        None => {}
        Some(PaymentError::Declined(code)) => text.push_str(&format!(", declined: {code}")),
        Some(PaymentError::TimedOut) => text.push_str(", timed out"),
        Some(PaymentError::Cancelled) => text.push_str(", cancelled"),
        Some(PaymentError::CaptureFailed(code)) => text.push_str(&format!(", not captured: {code}")),
    }
    text
}

/// What is to be done at the provider.
pub(crate) fn task(task: &Task) -> String {
    let step = match &task.step {
        saga::Step::Begin => "begin".into(),
        saga::Step::Create { method } => format!("create an intent for {method}"),
        saga::Step::Confirm { intent, method, return_url } => {
            let back = return_url.as_ref().map_or(String::new(), |url| format!(", then back to {url}"));
            format!("confirm {intent} with {method}{back}")
        }
        saga::Step::Watch { intent } => format!("watch {intent}"),
        saga::Step::Capture { intent, order } => format!("capture {intent} for {}", names::of_order(*order)),
        saga::Step::Cancel { intent } => format!("cancel {intent}"),
        saga::Step::Compensate { intent, made } => {
            format!(
                "give back all of {intent}{}",
                made.as_ref().map_or(String::new(), |made| format!(" by {made}"))
            )
        }
        saga::Step::Refund { refund, intent, amount, made } => {
            let by = made.as_ref().map_or(String::new(), |made| format!(" by {made}"));
            format!("refund {} of {intent} as {}{by}", self::amount(*amount), names::of_refund(*refund))
        }
        saga::Step::Recheck { made, refund } => {
            let of = refund.map_or(String::new(), |refund| format!(" of {}", names::of_refund(refund)));
            format!("recheck {made}{of} now and then")
        }
    };
    let id = names::of_reservation(task.reservation);
    let mut text = format!("{id} try {} at {}: {step}", task.attempt, task.account);
    text.push_str(&format!(" (since {}", clock::show(task.since)));
    if task.due != LogTime::NEVER {
        text.push_str(&format!(", due {}", clock::show(task.due)));
    }
    text.push_str(
        &task.noticed.map_or(")".to_owned(), |notice| format!(", there is news: notice {notice})")),
    );
    text
}

pub(crate) fn alarms(alarms: &Alarms) -> String {
    let Alarms { unsettled, compensating, capture_failed, refund_returned } = alarms;
    let returned = match refund_returned {
        0 => String::new(),
        count => format!(", {count} refunds returned"),
    };
    format!(
        "{unsettled} unsettled, {compensating} to be given back, {capture_failed} captures failed{returned}"
    )
}

pub(crate) fn takings(takings: &Takings) -> String {
    let Takings { currency, pending, captured, refunded, refunding } = takings;
    let [pending, captured, refunded, refunding] =
        [pending, captured, refunded, refunding].map(|&sum| amount(sum));
    format!(
        "{currency}: {pending} pending, {captured} captured, {refunded} refunded, {refunding} on its way back"
    )
}

pub(crate) fn payments(payments: &Payments) -> String {
    let Payments { pending, captured, failed, paying, refunds_pending, refunds_failed, .. } = payments;
    format!(
        "{paying} paying; orders: {pending} pending, {captured} captured, {failed} failed; \
         refunds: {refunds_pending} pending, {refunds_failed} failed; alarms: {}",
        alarms(&payments.alarms)
    )
}

pub(crate) fn open_alarms(open: &OpenAlarms) -> Vec<String> {
    let line = |kind: &str, one: &OpenAlarm| {
        let intent = one.intent.as_ref().map_or("no intent", |intent| intent);
        format!("{kind}: {} try {}, {intent}", names::of_reservation(one.reservation), one.attempt)
    };
    let lines = |kind: &'static str, open: &First<OpenAlarm>| {
        open.first.iter().map(|one| line(kind, one)).collect::<Vec<_>>()
    };
    let OpenAlarms { unsettled, compensating, capture_failed, refund_returned } = open;
    [
        lines("unsettled", unsettled),
        lines("to be given back", compensating),
        lines("capture failed", capture_failed),
        lines("refund returned", refund_returned),
    ]
    .concat()
}

pub(crate) fn order(view: &OrderView) -> String {
    let status = words(&format!("{:?}", view.status));
    let mut text = format!("{} {status}: {} x {}", names::of_order(view.id), view.quantity, view.product);
    text.push_str(&format!(" for {} at {}", view.buyer, money(view.price)));
    if let Some(payment) = &view.payment {
        text.push_str(&format!(", payment {payment}"));
    }
    match view.capture {
        Capture::External => {}
        Capture::Pending => text.push_str(", to be captured"),
        Capture::Captured => text.push_str(", captured"),
        Capture::Failed => text.push_str(", not captured"),
    }
    if view.refunded > 0 {
        text.push_str(&format!(", {} refunded", amount(view.refunded)));
    }
    if let Some(reference) = &view.reference {
        text.push_str(&format!(", reference {reference}"));
    }
    text
}

fn refund(view: &RefundView) -> String {
    let restock = if view.restock { ", units back on sale" } else { "" };
    let (id, order) = (names::of_refund(view.id), names::of_order(view.order));
    let error = view.error.as_ref().map_or(String::new(), |error| format!(", {error}"));
    let status = words(&format!("{:?}", view.status));
    format!("{id} {status}: {} of {order}{restock}{error}", money(view.price))
}

fn adjustment(view: &engine::view::Adjustment) -> String {
    format!("{}: {:+} x {} ({})", names::of_adjustment(view.id), view.delta, view.product, view.reason)
}

pub(crate) fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Invalid(field) => format!("invalid, {}", self::field(field)),
        Refusal::RevisionMismatch { revision } => format!("revision mismatch, it is {revision}"),
        Refusal::SaleNotStarted { opens_at } => {
            format!("sale not started, opens at {}", clock::show(*opens_at))
        }
        Refusal::LimitReached { limit, in_group, live } => {
            let live = live.iter().map(|&id| names::of_reservation(id)).collect::<Vec<_>>().join(" ");
            let of = if *in_group { "of the group " } else { "" };
            format!(
                "limit {of}reached, it is {limit}; live: {}",
                if live.is_empty() { "none" } else { &live }
            )
        }
        Refusal::SoldOut { available, may_return } => {
            format!(
                "sold out, {available} available, {}",
                if *may_return { "may return" } else { "none will return" }
            )
        }
        Refusal::Conflict(status) => conflict(status),
        Refusal::StockCommitted { held, sold } => format!("stock committed, {held} held and {sold} sold"),
        other => words(&format!("{other:?}")),
    }
}

fn conflict(status: &Status) -> String {
    match status {
        Status::Product(status) => format!("conflict, the product is {}", words(&format!("{status:?}"))),
        Status::Reservation(status) => format!("conflict, it is {}", words(&format!("{status:?}"))),
        Status::Order(status) => format!("conflict, the order is {}", words(&format!("{status:?}"))),
        Status::PaidOtherwise(_, payment) => {
            format!("conflict, the product is paid {}", words(&format!("{payment:?}")))
        }
        Status::OtherTransfer { newest } => format!("conflict, the newest transfer is number {newest}"),
        Status::TriesUsedUp => format!("conflict, {} payments were tried", limits::TRIES_MAX),
    }
}

fn field(field: &Field) -> String {
    match field {
        Field::Amount { takes } => format!("the amount takes {}", amount(*takes)),
        Field::Quantity => format!("the quantity takes 1 to {}", limits::QUANTITY_MAX),
        other => words(&format!("{other:?}")),
    }
}

pub(crate) fn room(room: &Room<'_>) -> String {
    let mut text = format!("room: {} available, allowance {}", room.available, room.allowance);
    if let Some((group, allowance)) = room.group {
        text.push_str(&format!(", {allowance} in group {group}"));
    }
    text
}

pub(crate) fn audit(audit: &ProductAudit) -> String {
    let sound = if audit.is_sound() { "sound" } else { "NOT SOUND" };
    let ProductAudit { counted_held, counted_sold, orders, .. } = audit;
    format!("{sound}: counted {counted_held} held and {counted_sold} sold in {orders} orders")
}

fn money(money: Money) -> String {
    format!("{} {}", amount(money.amount), money.currency)
}

fn amount(minor: u64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// `SalePaused` as `sale paused`.
fn words(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
