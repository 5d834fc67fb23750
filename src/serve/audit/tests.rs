//! What reports of replicas come to.

use engine::snapshot::{Fault, Mismatch, OpenAlarm, Payments};
use engine::{OrderId, PaymentAudit, ReservationId, Stock};
use gateway::port::{self, AlarmKind};

use super::*;

const NODES: [u64; 3] = [1, 2, 3];

fn report(node: u64, hash: u64) -> Report {
    let product = Recount {
        product: "shoe".parse().expect("a product"),
        stock: Stock::default(),
        counted_held: 0,
        counted_sold: 0,
        orders: 0,
        frozen: false,
        payments: Payments::default(),
    };
    let audited = Audited {
        index: 7,
        hashes: vec![(7, hash)],
        hash_holds: true,
        products: vec![product],
        payments: PaymentAudit::default(),
    };
    Report {
        node,
        pid: 1,
        leader: Some(1),
        term: 1,
        last_log_index: 7,
        applied_index: 7,
        snapshot_index: 0,
        audited: Some(audited),
    }
}

fn judged(shards: &[&[(u64, u64)]]) -> AuditReport {
    let reports = |of: &&[(u64, u64)]| of.iter().map(|&(node, hash)| report(node, hash)).collect();
    judged_reports(shards.iter().map(reports).collect())
}

fn judged_reports(shards: Vec<Vec<Report>>) -> AuditReport {
    judge(&NODES.into(), &(0..).map(ShardId).zip(shards).collect::<Vec<_>>())
}

#[test]
fn a_majority_that_adds_up_is_good_and_who_was_not_asked_is_named() {
    let all = judged(&[&[(1, 5), (2, 5), (3, 5)]]);
    assert_eq!((all.ok, all.reached, all.not_reached), (true, vec![1, 2, 3], vec![]));
    let two = judged(&[&[(1, 5), (3, 5)], &[(1, 6), (2, 6), (3, 6)]]);
    assert_eq!((two.ok, two.reached, two.not_reached), (true, vec![1, 3], vec![2]));
}

#[test]
fn a_minority_is_not_good_however_it_adds_up() {
    let one = judged(&[&[(1, 5)]]);
    assert_eq!((one.ok, one.reached, one.not_reached), (false, vec![1], vec![2, 3]));
    assert_eq!(one.violations, ["shard 0: only 1 of 3 replicas could be reached"]);
}

#[test]
fn replicas_that_differ_are_told_of() {
    let differ = judged(&[&[(1, 5), (2, 6)]]);
    assert!(!differ.ok && differ.violations[0].contains("states differ"), "{:?}", differ.violations);
}

fn alarm(number: u64) -> OpenAlarm {
    OpenAlarm {
        reservation: ReservationId::new(ShardId(0), 0, number),
        attempt: 2,
        product: "shoe".parse().expect("a product"),
        intent: Some("pi_1".parse().expect("an intent")),
    }
}

/// A replica at `index` that knows of these unsettled payments.
fn unsettled(node: u64, index: u64, numbers: impl Iterator<Item = u64>) -> Report {
    let mut report = report(node, 5);
    let audited = report.audited.as_mut().expect("it was audited");
    audited.index = index;
    numbers.for_each(|number| audited.payments.alarms.unsettled.add(alarm(number)));
    let alarms = audited.payments.alarms.counts();
    audited.products[0].payments.alarms = alarms;
    report
}

#[test]
fn open_alarms_are_told_as_the_furthest_replica_has_them_and_are_no_violation() {
    let reports = vec![unsettled(1, 7, 0..9), unsettled(2, 8, 0..1), unsettled(3, 7, 0..9)];
    let report = judged_reports(vec![reports]);
    assert!(report.ok, "{:?}", report.violations);
    assert_eq!(report.payments.counts.alarms.unsettled, 1);
    let told: Vec<_> = report.payments.open_alarms.iter().collect();
    let [port::OpenAlarm { alarm, reservation_id, product_id, attempt, payment_id }] = told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((alarm, *attempt), (&AlarmKind::Unsettled, 2));
    assert_eq!(reservation_id, &ReservationId::new(ShardId(0), 0, 0).to_string());
    assert_eq!((product_id.as_str(), payment_id.as_deref()), ("shoe", Some("pi_1")));
}

#[test]
fn alarms_of_all_shards_are_counted_and_the_first_hundred_told() {
    let shard =
        |numbers: std::ops::Range<u64>| (1..=3).map(|node| unsettled(node, 7, numbers.clone())).collect();
    let payments = judged_reports(vec![shard(100..220), shard(0..60)]).payments;
    assert_eq!(payments.counts.alarms.unsettled, 180);
    assert_eq!(payments.open_alarms.len(), 100);
    let id = |number| ReservationId::new(ShardId(0), 0, number).to_string();
    assert_eq!(payments.open_alarms[0].reservation_id, id(0));
    assert_eq!(payments.open_alarms[99].reservation_id, id(139));
}

#[test]
fn orders_that_do_not_agree_with_their_charges_are_violations_of_their_replica() {
    let mut reports: Vec<Report> = (1..=3).map(|node| report(node, 5)).collect();
    let audited = reports[1].audited.as_mut().expect("it was audited");
    let (reservation, order) = (ReservationId::new(ShardId(0), 0, 1), OrderId::new(ShardId(0), 0, 2));
    let mismatch = Mismatch { reservation, order: Some(order), fault: Fault::RefundedTooMuch };
    (0..102).for_each(|_| audited.payments.mismatches.add(mismatch.clone()));
    let report = judged_reports(vec![reports]);
    assert!(!report.ok);
    assert_eq!(report.violations.len(), 101);
    let first = format!(
        "reservation {reservation} with order {order} on node 2 at log index 7: \
         more went back or is on its way than was paid"
    );
    assert_eq!(report.violations[0], first);
    assert_eq!(
        report.violations[100],
        "2 more places on node 2 at log index 7 where orders and charges do not agree"
    );
}
