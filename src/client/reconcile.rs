//! `flashsale reconcile`: our orders against the payment provider's ledger.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use payment::Provider;
use payment::reconcile::{Difference, Period, Reconciliation, Sale, Taken};
use serde_json::{Value, json};

use super::{Api, Call, Error, List, Order, Target};
use crate::config::Config;

/// How much older than an order its payment may be: a hold lasts a day at most, and then some.
const BEFORE: u64 = 2 * 86_400;

/// Compares the orders that were paid by the payment provider with its ledger, and lists where the two differ.
///
/// The ledger is read through the provider's API, at the rates that the configuration gives and behind all payments. Run
/// it where the configuration's secrets are. Exit status 1 if anything differs: an extra charge may be of an order that
/// was made meanwhile, so look again before acting on one.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The cluster's configuration, for its [payment].
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Only orders from this moment on, like 2026-11-27T18:00:00Z [default: all there are].
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_rfc3339)]
    since: Option<SystemTime>,
    #[command(flatten)]
    target: Target,
}

/// Compares, and tells.
pub(super) async fn run(args: Args) -> Result<(), Error> {
    let config = Config::load(&args.config).map_err(Box::new)?;
    let config = config.payment.ok_or(Error::NoProvider { path: args.config })?;
    let provider = Provider::new(&config).map_err(|source| Error::Provider { source })?;
    let since = args.since.map(seconds);
    let sales = sales(&args.target.api()?, since).await?;
    let period = Period {
        since: since.map_or(0, |since| since.saturating_sub(BEFORE)),
        until: seconds(SystemTime::now()),
    };
    let found = payment::reconcile::reconcile(&provider, sales, period).await;
    provider.shutdown().await;
    let found = found.map_err(|source| Error::Ledger { source })?;
    if args.target.json {
        crate::output::json(&object(&found));
    } else {
        crate::output::line(show(&found));
    }
    match found.is_clean() {
        true => Ok(()),
        false => Err(Error::Differences { count: found.differences.len() as u64 + found.unlisted }),
    }
}

/// All orders that were paid by the provider, newest first as they are listed, down to `since`.
async fn sales(api: &Api, since: Option<u64>) -> Result<Vec<Sale>, Error> {
    let (mut sales, mut after) = (Vec::new(), None);
    loop {
        let call = Call::get("/v1/orders").query("limit", Some("100")).query("after", after);
        let page: List<Order> = api.call(call).await?.read()?;
        for order in &page.data {
            if since.is_some_and(|since| made(order) < since) {
                return Ok(sales);
            }
            sales.extend(sale(order));
        }
        match page.next_cursor.filter(|_| page.has_more) {
            Some(cursor) => after = Some(cursor),
            None => return Ok(sales),
        }
    }
}

/// An order as a sale; nothing if its money was taken elsewhere.
fn sale(order: &Order) -> Option<Sale> {
    let taken = match order.capture.as_str() {
        "pending" => Taken::Pending,
        "captured" => Taken::Captured,
        "failed" => Taken::Failed,
        _ => return None,
    };
    Some(Sale {
        order: order.id.parse().ok()?,
        reservation: order.reservation_id.parse().ok()?,
        intent: order.payment_id.as_deref()?.parse().ok()?,
        price: engine::Money { amount: order.amount, currency: order.currency.parse().ok()? },
        taken,
        refunded: order.refunded_amount,
    })
}

fn made(order: &Order) -> u64 {
    humantime::parse_rfc3339(&order.created_at).map_or(0, seconds)
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn show(found: &Reconciliation) -> String {
    let mut lines: Vec<String> = found.differences.iter().map(sentence).collect();
    if found.unlisted > 0 {
        lines.push(format!("and {} more", found.unlisted));
    }
    let Reconciliation { orders, intents, foreign, .. } = found;
    let verdict = if found.is_clean() { "the books agree" } else { "the books differ" };
    lines.push(format!("{verdict}: {orders} orders, {intents} payments, {foreign} payments of others"));
    lines.join("\n")
}

fn sentence(difference: &Difference) -> String {
    match difference {
        Difference::MissingCharge { order, intent, status } => {
            let status = status.as_deref().unwrap_or("not there");
            format!("order {order}: its payment {intent} is {status}, and should have been taken")
        }
        Difference::ExtraCharge { account, intent, reservation, kept } => {
            format!(
                "account {account}: the payment {intent} of {kept} for the reservation {reservation} is no order's"
            )
        }
        Difference::WrongAmount { order, intent, expected, taken } => {
            format!("order {order}: its payment {intent} took {taken} instead of {expected}")
        }
        Difference::WrongRefund { order, intent, expected, refunded } => {
            format!("order {order}: of its payment {intent} went back {refunded} instead of {expected}")
        }
    }
}

fn object(found: &Reconciliation) -> Value {
    let differences: Vec<Value> = found.differences.iter().map(member).collect();
    json!({
        "ok": found.is_clean(),
        "differences": differences,
        "unlisted": found.unlisted,
        "orders": found.orders,
        "payments": found.intents,
        "payments_of_others": found.foreign,
    })
}

fn member(difference: &Difference) -> Value {
    match difference {
        Difference::MissingCharge { order, intent, status } => {
            json!({"kind": "missing_charge", "order_id": order.to_string(), "payment_id": intent, "status": status})
        }
        Difference::ExtraCharge { account, intent, reservation, kept } => json!({
            "kind": "extra_charge", "account": account.to_string(), "payment_id": intent,
            "reservation_id": reservation, "amount": kept,
        }),
        Difference::WrongAmount { order, intent, expected, taken } => json!({
            "kind": "wrong_amount", "order_id": order.to_string(), "payment_id": intent,
            "expected": expected, "taken": taken,
        }),
        Difference::WrongRefund { order, intent, expected, refunded } => json!({
            "kind": "wrong_refund", "order_id": order.to_string(), "payment_id": intent,
            "expected": expected, "refunded": refunded,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(capture: &str, payment: Option<&str>) -> Order {
        Order {
            id: "0193a0c0-7001-7a3b-8000-3f0c5a1d2e4f".to_owned(),
            reservation_id: "0193a0c0-7001-7a3b-8000-3f0c5a1d2e40".to_owned(),
            payment_id: payment.map(str::to_owned),
            buyer_id: "b-1".to_owned(),
            quantity: 1,
            amount: 9_900,
            currency: "usd".to_owned(),
            status: "confirmed".to_owned(),
            capture: capture.to_owned(),
            refunded_amount: 100,
            created_at: "2026-11-27T18:00:00.250Z".to_owned(),
        }
    }

    #[test]
    fn orders_that_the_provider_was_paid_for_are_sales() {
        let sold = sale(&order("captured", Some("pi_1"))).expect("a sale");
        assert_eq!((&*sold.intent, sold.taken, sold.refunded), ("pi_1", Taken::Captured, 100));
        assert_eq!(sale(&order("external", Some("paid-1"))), None);
        assert_eq!(sale(&order("captured", None)), None);
        assert_eq!(made(&order("captured", None)), 1_795_802_400);
    }

    #[test]
    fn what_differs_is_told_in_sentences_and_in_members() {
        let order = "0193a0c0-7001-7a3b-8000-3f0c5a1d2e4f".parse().expect("an id");
        let missing = Difference::MissingCharge { order, intent: "pi_1".to_owned(), status: None };
        let found = Reconciliation { differences: vec![missing], orders: 1, ..Reconciliation::default() };
        let text = show(&found);
        assert!(
            text.contains("pi_1 is not there")
                && text.ends_with("the books differ: 1 orders, 0 payments, 0 payments of others"),
            "{text}"
        );
        assert_eq!(object(&found)["differences"][0]["kind"], "missing_charge");
        assert_eq!(object(&Reconciliation::default())["ok"], true);
    }
}
