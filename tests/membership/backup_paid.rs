//! A backup with payments under way is restored when all nodes are lost. The new cluster brings every payment that it
//! knows of to one end, charges nobody twice, and what it cannot know of is what `flashsale reconcile` names.

use std::future::ready;

use crate::cluster::invariants::{charged_once, check_books, judge, paid_for};
use crate::cluster::{Dashboard, Intent, until};
use crate::lost::{LOST_HELD, LOST_PAID, Lost, NEW, PAID_AFTERWARDS, PAID_WITHIN, THROUGH, UNDER_WAY, pay};

/// How much later it is when the backup is restored: no hold from before it lasts that long, and no payment may.
const HOURS_LATER: i64 = 3 * 3_600_000;
/// Of [`UNDER_WAY`], those whose intents the backup does not know and that the old cluster brought to their end; those
/// whose money is held or taken, which it does not know either; and those that are orders in it.
const ENDED_UNKNOWN: [u64; 2] = [8, 14];
const COMES_TOO_LATE: [u64; 4] = [6, 9, 12, 15];
const ORDERED: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restored_at_once_every_payment_that_was_under_way_is_an_order() {
    let mut lost = Lost::play().await;
    lost.restore(0).await;
    let mut deals = std::mem::take(&mut lost.deals);
    let still_asking = std::mem::replace(&mut lost.paying, tokio::spawn(async { Vec::new() }));
    deals.extend(still_asking.await.expect("no buyer meets what must not be"));
    let unpaid = deals.iter().filter(|deal| deal.reservation() != Some(&lost.hold) && deal.order().is_none());
    judge(&lost.bank, unpaid.map(|deal| format!("who paid has no order: {deal:?}")).collect());
    lost.is_through().await;
    check(&lost, |intent| intent.number < PAID_AFTERWARDS, THROUGH.count() + UNDER_WAY.count()).await;
    check_books(&lost.cluster, &deals).await;
    let unknown: Vec<u64> = (PAID_AFTERWARDS..=*LOST_HELD.end()).collect();
    assert_eq!(lost.bank.ledger().len() as u64, *LOST_HELD.end(), "one intent each");
    lost.differs(&unknown).await;
    settle_by_hand(&lost).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restored_hours_later_what_was_under_way_goes_back_or_is_named() {
    let mut lost = Lost::play().await;
    lost.paying.abort();
    lost.restore(HOURS_LATER).await;
    lost.is_through().await;
    let ordered =
        |intent: &Intent| intent.number < PAID_AFTERWARDS && !ENDED_UNKNOWN.contains(&intent.number);
    check(&lost, ordered, THROUGH.count() + ORDERED).await;
    until("what came too late goes back", PAID_WITHIN, || {
        let ledger = lost.bank.ledger();
        let gone = |intent: &&Intent| intent.net() == 0 && !intent.holds_money();
        let too_late = ledger.iter().filter(|intent| COMES_TOO_LATE.contains(&intent.number));
        ready(too_late.filter(gone).count() == COMES_TOO_LATE.len())
    })
    .await;
    let afterwards = PAID_AFTERWARDS..=*LOST_HELD.end();
    let unknown: Vec<u64> = ENDED_UNKNOWN.into_iter().chain(afterwards).collect();
    lost.differs(&unknown).await;
}

/// Nobody was charged twice, and of the money of `known` intents, nothing differs from the so many orders of each node.
async fn check(lost: &Lost, known: impl Fn(&Intent) -> bool, orders: usize) {
    let mut listed = Vec::new();
    for node in NEW {
        listed.push(lost.orders(node, orders).await);
    }
    // Last, for the ledger is to be as new as what the nodes list: they wait for captures.
    let ledger = lost.bank.ledger();
    let mut wrong = charged_once::violations(&ledger);
    wrong.extend(lost.bank.violations());
    let is_compared = |intent: &Intent| known(intent) && intent.id != lost.refunded.payment;
    let known: Vec<Intent> = ledger.into_iter().filter(is_compared).collect();
    listed.iter().for_each(|orders| wrong.extend(paid_for::violations(&known, orders)));
    judge(&lost.bank, wrong);
}

/// What `docs/operations.md` tells the operator to do: what was paid for a hold that is still there is paid again by the same
/// card, which takes no money; what was paid for nothing goes back at the provider; and what went back stays so.
async fn settle_by_hand(lost: &Lost) {
    let Lost { cluster, bank, hold, payer, .. } = lost;
    let paid = pay(cluster, payer, hold).await;
    assert_eq!(paid["status"], "paid", "{paid}");
    let dashboard = Dashboard::of(cluster);
    for intent in bank.ledger() {
        if !LOST_PAID.contains(&intent.number) && !LOST_HELD.contains(&intent.number) {
            continue;
        }
        let number = intent.account.trim_start_matches("acct_1flashsale").parse().expect("a number");
        let key = simulator::Account::numbered(number).secret_key;
        if intent.holds_money() {
            dashboard.post(&key, &format!("/v1/payment_intents/{}/cancel", intent.id), "").await.done();
        } else {
            let form = format!("payment_intent={}", intent.id);
            dashboard.post(&key, "/v1/refunds", &form).await.done();
        }
    }
    bank.settles().await;
    lost.is_through().await;
    let ledger = bank.ledger();
    let own: Vec<&Intent> = ledger.iter().filter(|intent| intent.reservation == *hold).collect();
    assert!(matches!(own[..], [intent] if intent.charges == 1 && intent.net() > 0), "paid once: {own:?}");
    let mut wrong = charged_once::violations(&ledger);
    wrong.extend(bank.violations());
    judge(bank, wrong);
    lost.differs(&[]).await;
}
