//! How things look in a script.

use engine::view::{OrderView, ProductView, RefundView, ReservationStatus, ReservationView};
use engine::{
    Answer, Event, Fact, Field, Money, PaymentMode, ProductAudit, Refusal, Room, Status, Stock, limits,
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
    if description.payment == PaymentMode::None {
        text.push_str(", free of payment");
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
    text
}

pub(crate) fn order(view: &OrderView) -> String {
    let status = words(&format!("{:?}", view.status));
    let mut text = format!("{} {status}: {} x {}", names::of_order(view.id), view.quantity, view.product);
    text.push_str(&format!(" for {} at {}", view.buyer, money(view.price)));
    if let Some(payment) = &view.payment {
        text.push_str(&format!(", payment {payment}"));
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
    format!("{id} succeeded: {} of {order}{restock}", money(view.price))
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
