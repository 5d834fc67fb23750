//! What happens when the state is not as it must be, which only a test from within can bring about.

mod charges;

use super::Shard;
use crate::state::NONE;
use crate::vocabulary::batch::{Batch, Proposal, RULES};
use crate::vocabulary::command::{
    AdjustStock, Cancel, Checkout, Command, Confirm, Found, Purchase, PutProduct, Refund, Release, Reserve,
};
use crate::vocabulary::event::{Event, Fact};
use crate::vocabulary::id::{AdjustmentId, OrderId, RefundId, ReservationId, ShardId};
use crate::vocabulary::money::Money;
use crate::vocabulary::outcome::Outcome;
use crate::vocabulary::product::{Description, PaymentMode, ProductStatus, Stock};
use crate::vocabulary::refusal::{Refusal, Status};
use crate::vocabulary::saga::{self, Finding, Means, Report, Task};
use crate::vocabulary::text::ProductId;
use crate::vocabulary::time::{LogTime, Span};
use crate::vocabulary::view::ReservationStatus;

const START: LogTime = LogTime(1_000_000);
const HOLD: Span = Span::from_secs(60);

fn product() -> ProductId {
    "thing".parse().expect("well formed")
}

fn reservation(number: u64) -> ReservationId {
    ReservationId::new(ShardId(0), 0, number)
}

fn order(number: u64) -> OrderId {
    OrderId::new(ShardId(0), 0, number)
}

fn put() -> Command {
    let price = Money { amount: 100, currency: "usd".parse().expect("well formed") };
    let description = Description {
        name: "Thing".parse().expect("well formed"),
        price,
        stock: 10,
        max_per_buyer: 10,
        max_per_buyer_in_group: None,
        hold: HOLD,
        opens_at: START,
        closes_at: None,
        payment: PaymentMode::External,
        lanes: 1,
    };
    Command::PutProduct(Box::new(PutProduct { product: product(), description, if_revision: None }))
}

fn reserve(number: u64) -> Command {
    Command::Reserve(Reserve {
        reservation: reservation(number),
        order: order(number),
        product: product(),
        buyer: "alice".parse().expect("well formed"),
        quantity: 2,
        reference: None,
        purchase: false,
    })
}

fn cancel(number: u64) -> Command {
    Command::Cancel(Cancel { reservation: reservation(number), buyer: None })
}

fn checkout(number: u64) -> Command {
    Command::Checkout(Checkout { reservation: reservation(number), buyer: None })
}

fn release(number: u64) -> Command {
    Command::Release(Release { reservation: reservation(number), buyer: None })
}

fn confirm(number: u64) -> Command {
    Command::Confirm(Confirm {
        reservation: reservation(number),
        buyer: None,
        order: order(number),
        payment: "pay-1".parse().expect("well formed"),
        paid: Money { amount: 200, currency: "usd".parse().expect("well formed") },
    })
}

fn refund(number: u64) -> Command {
    Command::Refund(Refund {
        id: RefundId::new(ShardId(0), 0, number),
        order: order(number),
        amount: None,
        restock: true,
    })
}

fn adjust(delta: i64) -> Command {
    let id = AdjustmentId::new(ShardId(0), 0, 1);
    Command::AdjustStock(AdjustStock {
        id,
        product: product(),
        delta,
        reason: "why".parse().expect("well formed"),
    })
}

fn apply(shard: &mut Shard, now: LogTime, commands: Vec<Command>) -> (Vec<Outcome>, Vec<Event>) {
    let proposals = commands.into_iter().map(Proposal::of).collect();
    let (mut outcomes, mut events) = (Vec::new(), Vec::new());
    shard.apply(&Batch { now, rules: RULES, proposals }, &mut outcomes, &mut events);
    (outcomes, events)
}

/// A shard with ten units: holds 1 and 2, a payment under way 3, an order 4.
fn shard() -> Shard {
    let mut shard = Shard::new(ShardId(0));
    let found = Command::Found(Found { secret: [1; 16] });
    let commands =
        vec![found, put(), reserve(1), reserve(2), reserve(3), reserve(4), checkout(3), confirm(4)];
    let (outcomes, _) = apply(&mut shard, START, commands);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done(_))), "{outcomes:?}");
    shard
}

fn books(shard: &mut Shard) -> &mut Stock {
    let slot = shard.products.find(&[1; 16], "thing").expect("it is there");
    &mut shard.products.change(slot).stock
}

fn status(shard: &Shard) -> ProductStatus {
    shard.product(&product()).expect("it is there").status
}

/// The command is refused, the product frozen, one event tells so, and the hash is kept up.
fn freezes(mut shard: Shard, command: Command) -> Shard {
    let before = *books(&mut shard);
    let (outcomes, events) = apply(&mut shard, START, vec![command]);
    assert_eq!(outcomes, [Outcome::Refused(Refusal::SalePaused)]);
    assert!(
        matches!(&events[..], [Event { fact: Fact::Product(view), .. }] if view.status == ProductStatus::Frozen)
    );
    let after = *books(&mut shard);
    assert_eq!(Stock { version: 0, ..before }, Stock { version: 0, ..after });
    let (_, events) = apply(&mut shard, START, vec![reserve(9)]);
    assert!(events.is_empty(), "it is told once");
    assert_eq!(shard.hash(), shard.recomputed_hash());
    shard
}

#[test]
fn books_that_do_not_add_up_freeze_the_product_whatever_moves_units_first() {
    for command in [reserve(9), cancel(1), confirm(1), confirm(3), refund(4), adjust(-1)] {
        let mut shard = shard();
        books(&mut shard).total += 1;
        freezes(shard, command);
    }
}

#[test]
fn giving_up_too_late_moves_units_and_freezes_the_product_if_the_books_do_not_add_up() {
    let mut shard = shard();
    apply(&mut shard, START.after(HOLD), vec![]);
    books(&mut shard).total += 1;
    freezes(shard, release(3));
}

#[test]
fn numbers_never_wrap() {
    let mut empty = shard();
    *books(&mut empty) = Stock { total: 2, available: 0, held: 0, sold: 2, version: 7 };
    freezes(empty, cancel(1));
    let mut huge = shard();
    *books(&mut huge) = Stock { total: 10, available: u64::MAX, held: 11, sold: 0, version: 7 };
    freezes(huge, reserve(9));
}

#[test]
fn a_hold_without_its_timer_freezes_the_product() {
    for command in [cancel(1), checkout(1), confirm(1)] {
        let mut shard = shard();
        let slot = shard.reservations.find(reservation(1)).expect("it is there");
        shard.timers.disarm(START.after(HOLD), slot);
        freezes(shard, command);
    }
}

#[test]
fn a_hold_that_is_an_order_as_well_freezes_the_product() {
    let mut shard = shard();
    let slot = shard.reservations.find(reservation(3)).expect("it is there");
    shard.reservations.at_mut(slot).order = 0;
    let shard = freezes(shard, release(3));
    assert_ne!(shard.reservations.at(slot).order, NONE);
}

#[test]
fn holds_of_a_broken_product_end_by_time_and_its_books_stay_as_they_are() {
    let mut shard = shard();
    books(&mut shard).held = 1;
    let before = *books(&mut shard);
    let (_, events) = apply(&mut shard, START.after(HOLD), vec![]);
    assert_eq!(status(&shard), ProductStatus::Frozen);
    assert_eq!(events.len(), 3, "one freeze and two ends: {events:?}");
    assert_eq!(Stock { version: 0, ..before }, Stock { version: 0, ..*books(&mut shard) });
    for number in [1, 2] {
        let slot = shard.reservations.find(reservation(number)).expect("it is kept");
        assert_eq!(shard.reservations.at(slot).status, ReservationStatus::Expired);
    }
    assert_eq!(shard.next_deadline(), Some(START.after(HOLD).after(crate::limits::EXTERNAL_GRACE)));
}

#[test]
fn a_timer_of_what_is_over_is_dropped() {
    let mut shard = shard();
    let slot = shard.reservations.find(reservation(1)).expect("it is there");
    shard.reservations.at_mut(slot).status = ReservationStatus::Cancelled;
    apply(&mut shard, START.after(HOLD), vec![]);
    assert_eq!(status(&shard), ProductStatus::Frozen);
    assert!(shard.next_deadline() > Some(START.after(HOLD)));
}

#[test]
fn a_frozen_product_can_only_be_archived() {
    let mut shard = shard();
    books(&mut shard).total += 1;
    let mut shard = freezes(shard, reserve(9));
    books(&mut shard).total -= 1;
    let commands = [reserve(9), cancel(1), checkout(1), release(3), confirm(1), refund(4)];
    for command in commands {
        let (outcomes, _) = apply(&mut shard, START, vec![command]);
        assert_eq!(outcomes, [Outcome::Refused(Refusal::SalePaused)]);
    }
    let frozen = Refusal::Conflict(Status::Product(ProductStatus::Frozen));
    for command in [Command::PauseProduct(product()), Command::ResumeProduct(product()), adjust(1), put()] {
        let (outcomes, _) = apply(&mut shard, START, vec![command]);
        assert_eq!(outcomes, [Outcome::Refused(frozen.clone())]);
    }
    let (outcomes, _) = apply(&mut shard, START, vec![Command::ArchiveProduct(product())]);
    assert!(matches!(outcomes[..], [Outcome::Done(_)]));
    assert_eq!(status(&shard), ProductStatus::Archived);
}

/// The shard of the other tests, its product paid by the provider: 1 is authorized next, 2 being cancelled, 3 an order
/// to be captured, 4 an order with a refund under way.
fn paid_shard() -> Shard {
    let mut shard = Shard::new(ShardId(0));
    let Command::PutProduct(mut product) = put() else { panic!("it puts") };
    product.description.payment = PaymentMode::Provider;
    let mut commands = vec![Command::Found(Found { secret: [1; 16] }), Command::PutProduct(product)];
    for number in 1..=4 {
        let Command::Reserve(reserve) = reserve(number) else { panic!("it reserves") };
        let [account, method] = ["main", "visa"];
        let means = Means {
            account: account.parse().expect("well formed"),
            method: method.parse().expect("well formed"),
            return_url: None,
        };
        commands.push(Command::Purchase(Box::new(Purchase { reserve, means })));
        commands.push(report(number, Finding::Begun));
        commands.push(report(number, Finding::Created(format!("pi-{number}").parse().expect("well formed"))));
    }
    commands.extend([3, 4].map(|number| report(number, Finding::Authorized { capture_before: None })));
    commands.push(report(4, Finding::Captured));
    commands.push(refund(4));
    let (outcomes, _) = apply(&mut shard, START, commands);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done(_))), "{outcomes:?}");
    shard
}

fn report(number: u64, finding: Finding) -> Command {
    Command::Report(Report { reservation: reservation(number), attempt: 1, noticed: 0, finding })
}

/// The product is frozen by what was done, its books are as they were, and what is to be done next is as expected.
fn freezes_and_goes_on(now: LogTime, command: Option<Command>, number: u64, expected: fn(&[Task]) -> bool) {
    let mut shard = paid_shard();
    books(&mut shard).total += 1;
    let before = *books(&mut shard);
    let (outcomes, _) = apply(&mut shard, now, command.into_iter().collect());
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done(_))), "{outcomes:?}");
    assert_eq!(shard.hash(), shard.recomputed_hash());
    assert_eq!(status(&shard), ProductStatus::Frozen);
    assert_eq!(Stock { version: 0, ..before }, Stock { version: 0, ..*books(&mut shard) });
    let tasks = shard.tasks_of(reservation(number)).tasks;
    assert!(expected(&tasks), "{tasks:?}");
}

#[test]
fn what_is_authorized_of_a_broken_product_is_cancelled() {
    let authorized = report(1, Finding::Authorized { capture_before: None });
    freezes_and_goes_on(START, Some(authorized), 1, |tasks| {
        matches!(tasks, [Task { step: saga::Step::Cancel { .. }, .. }])
    });
    let captured = report(1, Finding::Captured);
    freezes_and_goes_on(START, Some(captured), 1, |tasks| {
        matches!(tasks, [Task { step: saga::Step::Compensate { .. }, .. }])
    });
}

#[test]
fn money_that_moves_is_noted_whatever_the_books_say() {
    let failed = report(3, Finding::CaptureFailed("expired".parse().expect("well formed")));
    freezes_and_goes_on(START, Some(failed), 3, |tasks| {
        matches!(tasks, [Task { step: saga::Step::Cancel { .. }, .. }])
    });
    let arrived = report(4, Finding::RefundSucceeded(RefundId::new(ShardId(0), 0, 4)));
    freezes_and_goes_on(START, Some(arrived), 4, <[Task]>::is_empty);
    let end = START.after(HOLD).after(crate::limits::PROVIDER_GRACE);
    freezes_and_goes_on(end, None, 1, |tasks| {
        matches!(tasks, [Task { step: saga::Step::Cancel { .. }, .. }])
    });
}

#[test]
fn a_payment_without_its_timer_is_not_committed() {
    let mut shard = paid_shard();
    let slot = shard.reservations.find(reservation(1)).expect("it is there");
    let at = shard.ends_at(slot).expect("it is live");
    shard.timers.disarm(at, slot);
    let authorized = report(1, Finding::Authorized { capture_before: None });
    apply(&mut shard, START, vec![authorized]);
    assert_eq!(status(&shard), ProductStatus::Frozen);
    assert_eq!(shard.reservations.at(slot).order, NONE);
    assert!(shard.ends_at(slot) > Some(at), "it is being cancelled, and ends all the same");
    apply(&mut shard, START.after(HOLD).after(crate::limits::PROVIDER_GRACE), vec![]);
    assert_eq!(shard.reservations.at(slot).status, ReservationStatus::Expired);
}

#[test]
fn a_saga_of_a_reservation_that_is_over_leaves_its_end_alone() {
    let mut shard = paid_shard();
    let slot = shard.reservations.find(reservation(3)).expect("it is there");
    let kept_until = shard.reservations.at(slot).kept_until();
    apply(&mut shard, START.after(Span::from_secs(1)), vec![report(3, Finding::Captured)]);
    assert_eq!((shard.ends_at(slot), shard.reservations.at(slot).kept_until()), (None, kept_until));
}

#[test]
fn a_frozen_product_takes_no_payments_and_no_refunds_that_move_units() {
    let mut shard = paid_shard();
    books(&mut shard).total += 1;
    apply(&mut shard, START, vec![reserve(9)]);
    books(&mut shard).total -= 1;
    let authorized = report(1, Finding::Authorized { capture_before: None });
    let (outcomes, _) = apply(&mut shard, START, vec![authorized, report(1, Finding::Cancelled)]);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done(_))), "{outcomes:?}");
    let slot = shard.reservations.find(reservation(1)).expect("it is there");
    assert_eq!(shard.reservations.at(slot).status, ReservationStatus::Held);
    let refund = Command::Refund(Refund {
        id: RefundId::new(ShardId(0), 0, 9),
        order: order(3),
        amount: None,
        restock: true,
    });
    let (outcomes, _) = apply(&mut shard, START, vec![refund]);
    assert_eq!(outcomes, [Outcome::Refused(Refusal::SalePaused)]);
}

#[test]
fn a_hash_that_was_not_kept_up_is_found_out() {
    let mut shard = shard();
    let slot = shard.reservations.find(reservation(1)).expect("it is there");
    shard.reservations.at_mut(slot).quantity += 1;
    assert_ne!(shard.hash(), shard.recomputed_hash());
}
