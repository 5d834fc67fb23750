//! A cluster that is lost with payments under way: a backup is taken in their midst, more is paid after it, and then all
//! nodes are killed. The provider goes on.

use std::collections::BTreeSet;
use std::future::ready;
use std::ops::RangeInclusive;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::cluster::{ADMIN, Bank, Card, Cluster, Customer, Deal, Errand, Fate, Intent, Order, Product};
use crate::cluster::{Settings, Till, orders, until, until_some};
use crate::operator::begin;

const PRODUCT: &str = "shoe";
const STOCK: u64 = 60;
const OLD: [u64; 3] = [1, 2, 3];
pub(crate) const NEW: [u64; 3] = [4, 5, 6];

/// The payments, by their numbers at the provider: through before the backup; under way when it is taken; begun after it,
/// of which the first is for a hold from before, and the last are never heard of again.
pub(crate) const THROUGH: RangeInclusive<u64> = 1..=4;
pub(crate) const UNDER_WAY: RangeInclusive<u64> = 5..=16;
pub(crate) const PAID_AFTERWARDS: u64 = 17;
pub(crate) const LOST_PAID: RangeInclusive<u64> = 18..=19;
pub(crate) const LOST_HELD: RangeInclusive<u64> = 20..=21;
/// What of [`UNDER_WAY`] the old cluster carries to its end after the backup: every second.
const ENDS_BEFORE: usize = 6;

/// How late the calls are that the old cluster sees the end of, those that it does not, and those that nobody does.
const SHORT: Duration = Duration::from_secs(5);
const LONG: Duration = Duration::from_secs(12);
const FOR_EVER: Duration = Duration::from_secs(120);

pub(crate) const PAID_WITHIN: Duration = Duration::from_secs(60);
const GIVEN_BACK: i64 = 300;

/// Of three that are under way one stands before each step: its intent is made and not on record, its money is held and
/// that is not, or it is an order and its money not taken.
fn script() -> String {
    let steps = [("delay_after", "create"), ("delay_after", "confirm"), ("delay_before", "capture")];
    let late = |order: u64, (kind, step): (&str, &str), by: Duration| {
        let ms = by.as_millis();
        format!(
            "[[fault]]\nkind = \"{kind}\"\nstep = \"{step}\"\norder = {order}\ntimes = 1\nmilliseconds = {ms}\n"
        )
    };
    let under_way = UNDER_WAY.zip(steps.into_iter().cycle());
    let under_way =
        under_way.map(|(order, step)| late(order, step, if order % 2 == 0 { SHORT } else { LONG }));
    under_way.chain(LOST_HELD.map(|order| late(order, steps[1], FOR_EVER))).collect()
}

/// What is left when all nodes are lost, and what was known before.
pub(crate) struct Lost {
    pub(crate) cluster: Cluster,
    pub(crate) bank: Bank,
    /// Who was through before the backup, and who holds a unit and paid for it afterwards, last.
    pub(crate) deals: Vec<Deal>,
    /// Those whose payments were under way when the backup was taken; they ask on.
    pub(crate) paying: JoinHandle<Vec<Deal>>,
    /// The hold that was paid after the backup, and who pays it.
    pub(crate) hold: String,
    pub(crate) payer: Customer,
    /// An order of which money was given back after the backup.
    pub(crate) refunded: Order,
    backup: String,
}

impl Lost {
    /// Lets all of that happen.
    pub(crate) async fn play() -> Lost {
        let mut cluster = Cluster::prepare(Settings { spares: &NEW, ..Settings::banked() });
        let bank = Bank::open(&cluster, &script()).await;
        cluster.begin().await;
        cluster.api.put(&Product::new(PRODUCT, STOCK).paid_at_the_bank()).await;
        let till = Till::open(&cluster);
        let mut deals = serve(&till, THROUGH).await;
        let payer = Customer::new(PRODUCT, 100, &[]);
        deals.push(till.serve(&payer, 100).await);
        let hold = deals.last().and_then(Deal::reservation).expect("a hold").to_owned();
        captured(&cluster, &bank, THROUGH.count()).await;
        let paying = begin_to_serve(&till, UNDER_WAY);
        let backup = back_up(&cluster, &bank).await;
        let refunded = pay_more(&cluster, &bank, &till, &payer, &hold).await;
        lose(&mut cluster, &bank, &till).await;
        Lost { cluster, bank, deals, paying, hold, payer, refunded, backup }
    }

    /// A new cluster of the backup, on other nodes whose clocks are so many milliseconds ahead.
    pub(crate) async fn restore(&mut self, ahead: i64) {
        let Lost { cluster, backup, .. } = self;
        let config = cluster.config_of_another("restored", &NEW, true);
        let path = config.to_str().expect("text");
        let run = begin(cluster, &NEW, &["restore", "--from", backup, "--config", path]).ended().await;
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        for (old, new) in OLD.into_iter().zip(NEW) {
            cluster.api.door.replaced(old, new);
            cluster.clocked(new).set(ahead);
            cluster.start_node_with(new, &config);
        }
        cluster.ready().await;
    }

    /// Waits until nobody has anything left to do for a payment, or a shard is just without a leader, which does not count
    /// its own.
    pub(crate) async fn is_through(&self) {
        until("nothing is left to be done", PAID_WITHIN, || async {
            self.cluster.api.payment_tasks(&NEW).await == Some(0)
        })
        .await;
    }

    /// `flashsale reconcile` names the payments of these numbers, each as what it is, and the refund that the backup does not
    /// know of; and no others.
    pub(crate) async fn differs(&self, numbers: &[u64]) {
        let ledger = self.bank.ledger();
        let named = ledger.iter().filter(|intent| numbers.contains(&intent.number));
        let kind = |intent: &Intent| if intent.holds_money() { "held_charge" } else { "extra_charge" };
        let expected = named.map(|intent| (kind(intent).to_owned(), intent.id.clone()));
        let refund = ("wrong_refund".to_owned(), self.refunded.payment.clone());
        let expected: BTreeSet<_> = expected.chain([refund]).collect();
        let config = self.cluster.file("restored.toml");
        let args = ["reconcile", "--json", "--config", config.to_str().expect("text")];
        let run = begin(&self.cluster, &NEW, &args).ended().await;
        let found: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("no JSON: {run:?}"));
        let listed = found["differences"].as_array().into_iter().flatten();
        let text = |found: &Value, field: &str| found[field].as_str().unwrap_or_default().to_owned();
        let named: BTreeSet<_> =
            listed.map(|found| (text(found, "kind"), text(found, "payment_id"))).collect();
        assert_eq!(named, expected, "{run:?}");
        assert_eq!(run.status, Some(1), "{run:?}");
    }

    /// The orders of a node of the restored cluster, once so many are listed and their money is taken; without the one of
    /// which money was given back.
    pub(crate) async fn orders(&self, node: u64, count: usize) -> Vec<Order> {
        let api = &self.cluster.api;
        let mut listed = until_some("a node lists all orders, captured", PAID_WITHIN, || async move {
            let orders = orders(api, node, PRODUCT).await?;
            let is_over = orders.iter().all(|order| order.capture == "captured");
            (is_over && orders.len() == count).then_some(orders)
        })
        .await;
        listed.retain(|order| order.id != self.refunded.id);
        listed
    }
}

/// Takes the backup while all of [`UNDER_WAY`] are. Gives its directory.
async fn back_up(cluster: &Cluster, bank: &Bank) -> String {
    let held = |intent: &Intent| intent.holds_money();
    until("all are under way, and the money of most is held", PAID_WITHIN, || {
        let ledger = bank.ledger();
        ready(UNDER_WAY.end() == &(ledger.len() as u64) && ledger.into_iter().filter(held).count() == 8)
    })
    .await;
    let out = cluster.file("backup").to_str().expect("text").to_owned();
    // A node that is just handing a shard over counts nothing for it.
    until("all are under way when the backup is begun", PAID_WITHIN, || async {
        cluster.api.payment_tasks(&OLD).await == Some(UNDER_WAY.count() as u64)
    })
    .await;
    let run = begin(cluster, &OLD, &["backup", "--out", &out]).ended().await;
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    out
}

/// Customers whose payments have these numbers, one after the other.
async fn serve(till: &Till, numbers: RangeInclusive<u64>) -> Vec<Deal> {
    let mut deals = Vec::new();
    for number in numbers {
        deals.push(till.serve(&customer(number), number).await);
    }
    let unpaid: Vec<&Deal> = deals.iter().filter(|deal| !matches!(deal.fate, Fate::Paid { .. })).collect();
    assert!(unpaid.is_empty(), "nothing was in their way: {unpaid:?}");
    deals
}

/// The same all at once, for as long as it takes.
fn begin_to_serve(till: &Till, numbers: RangeInclusive<u64>) -> JoinHandle<Vec<Deal>> {
    let (till, count) = (till.clone(), numbers.clone().count());
    tokio::spawn(async move { till.serve_all(numbers.map(customer).collect(), count).await })
}

fn customer(number: u64) -> Customer {
    Customer::new(PRODUCT, usize::try_from(number).expect("a small number"), &[Card::GOOD]).at_once()
}

/// Waits until so much money was taken, and the old cluster knows it.
async fn captured(cluster: &Cluster, bank: &Bank, count: usize) {
    until("the money is taken", PAID_WITHIN, || async {
        let taken = bank.ledger().iter().filter(|intent| intent.net() > 0).count();
        let listed = orders(&cluster.api, OLD[0], PRODUCT).await.unwrap_or_default();
        taken == count && listed.iter().filter(|order| order.capture == "captured").count() == count
    })
    .await;
}

/// After the backup: a hold from before it is paid, others come and pay, some money is given back, and half of what was
/// under way comes to its end. Gives the order whose money was given back in part.
async fn pay_more(cluster: &Cluster, bank: &Bank, till: &Till, payer: &Customer, hold: &str) -> Order {
    let paid = pay(cluster, payer, hold).await;
    assert_eq!(paid["status"], "paid", "{paid}");
    serve(till, LOST_PAID).await;
    captured(cluster, bank, THROUGH.count() + 1 + LOST_PAID.count() + ENDS_BEFORE).await;
    let first =
        bank.ledger().into_iter().find(|intent| intent.number == *THROUGH.start()).expect("it is there");
    let all = orders(&cluster.api, OLD[0], PRODUCT).await.expect("it lists");
    let order = all.into_iter().find(|order| order.payment == first.id).expect("it was paid");
    let path = format!("/v1/orders/{}/refunds", order.id);
    let errand = Errand::new(Method::POST, path).token(ADMIN).key("back");
    let sent = cluster.api.settle(1, &errand.body(json!({ "amount": GIVEN_BACK }))).await;
    assert_eq!(sent.answer.as_ref().map(|answer| answer.status), Some(202), "{sent:?}");
    let given_back =
        || bank.ledger().iter().any(|intent| intent.id == first.id && intent.refunded == GIVEN_BACK);
    until("the money is back", PAID_WITHIN, || ready(given_back())).await;
    order
}

/// The payer of a hold pays it. Gives the reservation when that is over.
pub(crate) async fn pay(cluster: &Cluster, payer: &Customer, hold: &str) -> Value {
    let path = format!("/v1/reservations/{hold}");
    let form = json!({ "payment_method": Card::GOOD.method });
    let errand = Errand::new(Method::POST, format!("{path}/payment")).by(&payer.buyer).key("pays").body(form);
    let first = cluster.api.door.members()[0];
    let sent = cluster.api.settle(first, &errand).await;
    assert_eq!(sent.answer.as_ref().map(|answer| answer.status), Some(202), "{sent:?}");
    let look = Errand::new(Method::GET, path).by(&payer.buyer);
    until_some("the hold is paid or not", PAID_WITHIN, || async {
        let seen = cluster.api.settle(first, &look).await.answer?.body;
        (seen["status"] != "paying").then_some(seen)
    })
    .await
}

/// Some have just got their money held when all nodes are lost.
async fn lose(cluster: &mut Cluster, bank: &Bank, till: &Till) {
    let cut_off = begin_to_serve(till, LOST_HELD);
    until("money is held that nobody will take", PAID_WITHIN, || {
        let held = |intent: &Intent| LOST_HELD.contains(&intent.number) && intent.holds_money();
        ready(bank.ledger().iter().filter(|intent| held(intent)).count() == LOST_HELD.count())
    })
    .await;
    let open = (UNDER_WAY.count() - ENDS_BEFORE + LOST_HELD.count()) as u64;
    until("half of what the backup has under way never ended in the old cluster", PAID_WITHIN, || async {
        cluster.api.payment_tasks(&OLD).await == Some(open)
    })
    .await;
    cluster.kill(&OLD);
    cut_off.abort();
    let cut_off = cut_off.await;
    assert!(cut_off.is_err_and(|error| error.is_cancelled()), "nobody heard of these payments");
}
