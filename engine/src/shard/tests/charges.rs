//! Orders and their money that do not agree: the audit finds it.

use super::*;
use crate::snapshot::{Fault, Mismatch, PaymentAudit};
use crate::state::order::Order;
use crate::state::saga::Stage;
use crate::vocabulary::view::{Alarms, Capture, OrderStatus};

fn audit(shard: &Shard) -> PaymentAudit {
    shard.capture().audit_payments(Some(&product()))
}

fn change(shard: &mut Shard, number: u64, change: impl FnOnce(&mut Order)) {
    let slot = shard.orders.find(order(number)).expect("it is there");
    shard.orders.change(slot, change);
}

fn go(shard: &mut Shard, number: u64, stage: Stage) {
    shard.sagas.change(reservation(number), |saga| saga.tries[0].go(stage)).expect("it is there");
}

/// Breaks the shard, and finds just these faults of order or reservation `number`.
fn finds(breaking: impl FnOnce(&mut Shard), number: u64, expected: &[Fault]) {
    let mut shard = paid_shard();
    assert!(audit(&shard).is_sound(), "{:?}", audit(&shard));
    breaking(&mut shard);
    let found = audit(&shard);
    assert!(!found.is_sound());
    // The first two are no orders yet.
    let order = (number > 2).then(|| order(number));
    let mismatch = |&fault| Mismatch { reservation: reservation(number), order, fault };
    assert_eq!(found.mismatches.first, expected.iter().map(mismatch).collect::<Vec<_>>());
    assert_eq!(found.mismatches.count, expected.len() as u64);
    let other = "other".parse().expect("well formed");
    assert!(shard.capture().audit_payments(Some(&other)).is_sound(), "it is no other product's fault");
}

#[test]
fn an_order_without_its_charge() {
    finds(|shard| change(shard, 3, |order| order.charge = None), 3, &[Fault::NoOrder]);
}

#[test]
fn money_that_is_held_for_good_and_made_no_order() {
    finds(|shard| go(shard, 1, Stage::Authorized), 1, &[Fault::NoOrder]);
    finds(|shard| go(shard, 2, Stage::Captured), 2, &[Fault::NoOrder]);
}

#[test]
fn a_second_payment_that_was_taken_beside_the_orders() {
    let twice = |shard: &mut Shard| {
        let taken = |saga: &mut crate::state::saga::Saga| saga.tries.push(saga.tries[0].clone());
        shard.sagas.change(reservation(4), taken).expect("it is there");
    };
    finds(twice, 4, &[Fault::NoOrder]);
}

#[test]
fn a_charge_that_is_not_as_its_payment_is() {
    finds(|shard| go(shard, 3, Stage::Captured), 3, &[Fault::OtherCapture]);
    finds(|shard| go(shard, 4, Stage::Compensating), 4, &[Fault::OtherCapture]);
}

#[test]
fn money_that_is_still_to_be_taken_and_whose_payment_is_forgotten() {
    let forgotten = |shard: &mut Shard| drop(shard.sagas.remove(reservation(3)));
    finds(forgotten, 3, &[Fault::OtherCapture]);
    let mut shard = paid_shard();
    shard.sagas.remove(reservation(4));
    assert!(audit(&shard).is_sound(), "what is taken needs no payment any more");
}

#[test]
fn an_order_that_is_cancelled_though_its_money_was_taken() {
    let cancelled = |order: &mut Order| {
        order.status = OrderStatus::Cancelled;
        order.amount += 1;
    };
    finds(|shard| change(shard, 4, cancelled), 4, &[Fault::TakenForNothing]);
    let mut shard = paid_shard();
    change(&mut shard, 4, |order| order.status = OrderStatus::Cancelled);
    assert!(audit(&shard).is_sound(), "all of it is on its way back");
}

#[test]
fn an_order_that_stands_though_its_money_could_not_be_taken() {
    let failed = |shard: &mut Shard| {
        go(shard, 3, Stage::Unsettled);
        change(shard, 3, |order| order.charge.as_mut().expect("it has one").capture = Capture::Failed);
    };
    finds(failed, 3, &[Fault::NothingTaken]);
}

#[test]
fn more_that_goes_back_than_was_paid() {
    finds(|shard| change(shard, 4, |order| order.amount -= 1), 4, &[Fault::RefundedTooMuch]);
}

#[test]
fn refunds_that_do_not_add_up() {
    finds(
        |shard| change(shard, 4, |order| order.refunded = 1),
        4,
        &[Fault::RefundedTooMuch, Fault::OtherRefunds],
    );
    let nothing = |order: &mut Order| order.charge.as_mut().expect("it has one").refunding = 0;
    finds(|shard| change(shard, 4, nothing), 4, &[Fault::OtherRefunds]);
    let early = [Fault::RefundedTooEarly, Fault::OtherRefunds];
    finds(|shard| change(shard, 3, |order| order.refunded = 1), 3, &early);
}

#[test]
fn refunds_that_were_made_outside_are_added_up_too() {
    let mut shard = shard();
    apply(&mut shard, START, vec![refund(4)]);
    assert!(audit(&shard).is_sound(), "{:?}", audit(&shard));
    change(&mut shard, 4, |order| order.refunded += 1);
    let faults: Vec<_> = audit(&shard).mismatches.first.iter().map(|mismatch| mismatch.fault).collect();
    assert_eq!(faults, [Fault::RefundedTooMuch, Fault::OtherRefunds]);
}

#[test]
fn an_open_alarm_is_listed_and_no_mismatch() {
    let mut shard = paid_shard();
    let failed = report(3, Finding::CaptureFailed("expired".parse().expect("well formed")));
    apply(&mut shard, START, vec![failed]);
    let found = audit(&shard);
    assert!(found.is_sound());
    assert_eq!(found.alarms.counts(), Alarms { unsettled: 1, capture_failed: 1, ..Alarms::default() });
    let alarm = &found.alarms.capture_failed.first[0];
    assert_eq!((alarm.reservation, alarm.attempt, &alarm.product), (reservation(3), 1, &product()));
    assert_eq!(alarm.intent.as_deref(), Some("pi-3"));
    let other = "other".parse().expect("well formed");
    let of_other = shard.capture().audit_payments(Some(&other));
    assert_eq!(of_other.alarms.counts(), Alarms::default(), "it is no other product's alarm");
}
