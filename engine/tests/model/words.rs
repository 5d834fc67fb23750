//! A sequence in words, for whoever has to find out why it failed.

use engine::saga::Report;
use engine::{
    BuyerId, Command, Description, Done, LogTime, OrderId, Outcome, RefundId, Refusal, ReservationId,
};

use super::names::{START, number};
use super::reference::Sent;

/// One step and what came of it.
pub(crate) fn step(sent: &Sent, outcome: &Outcome, reloads: bool) -> String {
    let mut line = format!("{} {}", time(sent.now), command(&sent.command));
    if let Some(key) = &sent.key {
        line.push_str(&format!(", {} of {} at {}", key.key, key.principal, key.route));
    }
    if sent.not_after != LogTime::NEVER {
        line.push_str(&format!(", until {}", time(sent.not_after)));
    }
    if sent.rules != 1 {
        line.push_str(&format!(", rules {}", sent.rules));
    }
    let came = match outcome {
        Outcome::Done(done) => format!("done: {}", what(done)),
        Outcome::Replayed(done) => format!("again: {}", what(done)),
        Outcome::Refused(Refusal::LimitReached { limit, live, .. }) => {
            format!("refused: limit of {limit} reached, {} are live", live.len())
        }
        Outcome::Refused(refusal) => format!("refused: {refusal:?}"),
    };
    format!("{line}\n    {came}{}", if reloads { "\n    loaded from its snapshot" } else { "" })
}

fn what(done: &Done) -> String {
    match done {
        Done::Internal => "nothing to tell".into(),
        Done::Product { created, product } => {
            let made = if *created { "created" } else { "there" };
            format!("{made}, {:?}, revision {}", product.status, product.revision)
        }
        Done::Adjusted(adjustment) => format!("{:?}", adjustment.stock),
        Done::Reserved(id) => format!("{} held", r(*id)),
        Done::Ordered(id) | Done::Confirmed(id) => format!("{} paid", r(*id)),
        Done::Cancelled(id) => format!("{} cancelled", r(*id)),
        Done::CheckedOut { reservation, pay_by } => {
            format!("{} paying until {}", r(*reservation), time(*pay_by))
        }
        Done::Released(id) => format!("{} held again", r(*id)),
        Done::ReleasedToExpired(id) => format!("{} expired", r(*id)),
        Done::Refunded(id) => format!("{} succeeded", f(*id)),
        Done::RefundBegun(id) => format!("{} pending", f(*id)),
        Done::PaymentBegun { reservation, attempt } => format!("{} paying, try {attempt}", r(*reservation)),
    }
}

/// A product's description, its window only if it has one.
fn description(is: &Description) -> String {
    let mut text = format!("{} for {}, by {:?}", is.stock, is.price, is.payment);
    text.push_str(&format!(
        ", limit {} {:?}, hold {} ms",
        is.max_per_buyer, is.max_per_buyer_in_group, is.hold.0
    ));
    if is.opens_at != LogTime::default() {
        text.push_str(&format!(", opens {}", time(is.opens_at)));
    }
    if let Some(closes_at) = is.closes_at {
        text.push_str(&format!(", closes {}", time(closes_at)));
    }
    if is.lanes != 1 {
        text.push_str(&format!(", {} lanes", is.lanes));
    }
    text
}

/// Milliseconds since the story began.
fn time(at: LogTime) -> String {
    let millis = i128::from(at.0) - i128::from(START.0);
    format!("{}.{:03} s", millis.div_euclid(1_000), millis.rem_euclid(1_000))
}

fn command(command: &Command) -> String {
    match command {
        Command::Found(_) => "found".into(),
        Command::ActivateRules(rules) => format!("activate rules {}", rules.version),
        Command::PutProduct(put) => {
            let only = put.if_revision.map_or(String::new(), |revision| format!(" if revision {revision}"));
            format!("put {}{only}: {}", put.product, description(&put.description))
        }
        Command::PauseProduct(id) => format!("pause {id}"),
        Command::ResumeProduct(id) => format!("resume {id}"),
        Command::ArchiveProduct(id) => format!("archive {id}"),
        Command::AdjustStock(adjust) => format!("adjust {} by {}", adjust.product, adjust.delta),
        Command::Reserve(reserve) => attempt(reserve),
        Command::Purchase(purchase) => {
            format!("{} with {}", attempt(&purchase.reserve), purchase.means.method)
        }
        Command::Cancel(cancel) => format!("cancel {}{}", r(cancel.reservation), by(&cancel.buyer)),
        Command::Checkout(checkout) => format!("checkout {}{}", r(checkout.reservation), by(&checkout.buyer)),
        Command::Release(release) => format!("release {}{}", r(release.reservation), by(&release.buyer)),
        Command::Confirm(confirm) => {
            let (whose, paid) = (by(&confirm.buyer), confirm.paid);
            let (id, order, payment) = (r(confirm.reservation), o(confirm.order), &confirm.payment);
            format!("confirm {id}{whose} paid {paid} payment {payment} order {order}")
        }
        Command::Pay(pay) => {
            let (id, whose, order) = (r(pay.reservation), by(&pay.buyer), o(pay.order));
            format!("pay {id}{whose} with {} order {order}", pay.means.method)
        }
        Command::Refund(refund) => {
            let amount = refund.amount.map_or("all".to_owned(), |amount| amount.to_string());
            let restock = if refund.restock { " restock" } else { "" };
            format!("refund {amount} of {} as {}{restock}", o(refund.order), f(refund.id))
        }
        Command::Report(Report { reservation, attempt, noticed, finding }) => {
            format!("report {} try {attempt} noticed {noticed}: {finding:?}", r(*reservation))
        }
        Command::Notice(notice) => {
            let refund = notice.refund.map_or(String::new(), |refund| format!(" refund {}", f(refund)));
            let intent = notice.intent.as_ref().map_or(String::new(), |intent| format!(" intent {intent}"));
            format!("notice {} event {}{intent}{refund}", r(notice.reservation), notice.event)
        }
        other => format!("{other:?}"),
    }
}

fn attempt(reserve: &engine::command::Reserve) -> String {
    let purchase = if reserve.purchase { " purchase" } else { "" };
    let (id, order) = (r(reserve.reservation), o(reserve.order));
    let (quantity, product, buyer) = (reserve.quantity, &reserve.product, &reserve.buyer);
    format!("reserve {quantity} x {product} for {buyer} as {id} order {order}{purchase}")
}

fn by(buyer: &Option<BuyerId>) -> String {
    buyer.as_ref().map_or(String::new(), |buyer| format!(" by {buyer}"))
}

fn r(id: ReservationId) -> String {
    format!("r{}", number(id.random()))
}

fn o(id: OrderId) -> String {
    format!("o{}", number(id.random()))
}

fn f(id: RefundId) -> String {
    format!("f{}", number(id.random()))
}
