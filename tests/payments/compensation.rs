//! Money that is taken although its payment was to be cancelled: somebody at the shop confirms and captures by hand what
//! our cancel is on its way to. It goes back, however often the bank returns it, and it is an alarm as long as it is not.

use std::time::Duration;

use crate::cluster::invariants::{Verdict, audited, charged_once, conserved, paid_for};
use crate::cluster::{Api, Bank, Card, Cluster, Customer, Dashboard, Fate, Intent, NODES, PRICE, Settings};
use crate::cluster::{until, until_some};
use crate::sale::{PRODUCT, Sale};

const STOCK: u64 = 5;
const OVER_WITHIN: Duration = Duration::from_secs(60);

/// The first cancel takes its time, so that it finds the money taken. No event tells of anything.
const SCRIPT: &str = r#"
    [[fault]]
    kind = "delay_before"
    step = "cancel"
    times = 1
    milliseconds = 3000

    [[fault]]
    kind = "webhook_drop"
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_that_was_taken_by_hand_goes_back() {
    let Sale { cluster, bank, till, watcher } = Sale::open(STOCK, SCRIPT).await;
    let customer = Customer::new(PRODUCT, 0, &[Card::EMPTY]).at_once();
    let deals = till.serve_all(vec![customer], 1).await;
    assert_eq!(deals[0].fate, Fate::Kept, "the card was declined, and the hold lasts");
    let taken = take_by_hand(&cluster, &bank, "pm_card_visa").await;
    let back = until_some("the money is back", OVER_WITHIN, || async {
        bank.ledger().into_iter().find(|intent| intent.refunded == taken.captured)
    })
    .await;
    assert_eq!((back.captured, back.refunds), (i64::try_from(PRICE).expect("small"), 1), "once: {back:?}");
    alarms_become(&cluster.api, 0).await;
    until("nothing is left to do", OVER_WITHIN, || async {
        cluster.api.payment_tasks(&NODES).await == Some(0)
    })
    .await;
    let ledger = bank.ledger();
    let mut verdict = Verdict::default();
    verdict.add(charged_once::violations(&ledger)).add(paid_for::violations(&ledger, &[]));
    for node in NODES {
        let audit = cluster.api.audit(node).await.expect("it answers");
        verdict.add(audited::violations(node, &audit));
    }
    verdict.add(bank.violations()).add(conserved::violations(&watcher.end().await, STOCK)).holds();
}

/// The bank returns each refund five seconds after it arrived: it is found without a word, and another is made, one at a
/// time and never more than was taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_that_the_bank_returns_goes_back_again() {
    let settings = Settings { refund_recheck: Some("1s"), ..Settings::banked() };
    let script = |_| SCRIPT.to_owned();
    let Sale { cluster, bank, till, watcher } = Sale::open_with(settings, STOCK, script).await;
    let customer = Customer::new(PRODUCT, 0, &[Card::EMPTY]).at_once();
    let deals = till.serve_all(vec![customer], 1).await;
    assert_eq!(deals[0].fate, Fate::Kept, "the card was declined, and the hold lasts");
    take_by_hand(&cluster, &bank, "pm_card_refundFail").await;
    until("two refunds are returned, and a third is made", OVER_WITHIN, || {
        std::future::ready(bank.ledger().iter().any(|intent| intent.refunds >= 3))
    })
    .await;
    Verdict::default().add(bank.violations()).add(conserved::violations(&watcher.end().await, STOCK)).holds();
}

/// Takes the money of the one intent there is by hand. Gives it.
async fn take_by_hand(cluster: &Cluster, bank: &Bank, card: &str) -> Intent {
    let intent = bank.ledger().pop().expect("one try, one intent");
    Dashboard::of(cluster).take(&intent, card).await;
    bank.ledger().pop().expect("it is still there")
}

/// Waits until every node counts so many payments whose money is not back.
async fn alarms_become(api: &Api, expected: u64) {
    for node in NODES {
        until("the alarms are what they should be", OVER_WITHIN, || async {
            let alarms = api.metric(node, "flashsale_payment_alarms", "kind=\"compensating\"").await;
            alarms == Some(expected)
        })
        .await;
    }
}
