//! Payments by the provider, as the leader admits them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use engine::limits::PROVIDER_GRACE;
use engine::{AccountName, PaymentMode, Span};
use raft::shard::gate::Gate;
use raft::shard::message::Message;
use raft::shard::request::{Obstacle, Reply};

use crate::harness::Harness;
use crate::{is_done, not_done};

/// A gate that can be shut, and counts whom it let in and still expects.
#[derive(Default)]
struct Shutter {
    shut: AtomicBool,
    expected: AtomicI64,
}

impl Shutter {
    fn expects(&self) -> i64 {
        self.expected.load(Ordering::Relaxed)
    }
}

impl Gate for Shutter {
    fn admits(&self, account: &AccountName, within: Span) -> bool {
        let until_released = Span(60_000 + PROVIDER_GRACE.0);
        assert_eq!((&**account, within), ("main", until_released));
        let admits = !self.shut.load(Ordering::Relaxed);
        self.expected.fetch_add(i64::from(admits), Ordering::Relaxed);
        admits
    }

    fn forgoes(&self, account: &AccountName) {
        assert_eq!(&**account, "main");
        self.expected.fetch_sub(1, Ordering::Relaxed);
    }
}

fn leading(gate: &Arc<Shutter>, stock: u64) -> Harness {
    let mut shard = Harness::behind(Arc::<Shutter>::clone(gate));
    shard.elect();
    shard.commit_all();
    shard.put_paid("shoe", stock, PaymentMode::Provider);
    shard
}

#[test]
fn a_purchase_in_flight_counts_like_any_other_attempt() {
    let mut shard = leading(&Arc::default(), 1);
    shard.purchase("a", "shoe", "ann", "1");
    shard.flush();
    shard.reserve("b", "bob", "1");
    shard.purchase("c", "shoe", "cyd", "1");
    shard.flush();
    assert_eq!(shard.proposed.len(), 1, "the unit is promised, so the others wait for what becomes of it");
    shard.commit();
    shard.confirm(true);
    assert!(is_done(shard.replies.get("a"), false));
    assert!(crate::is_sold_out(shard.replies.get("b")) && crate::is_sold_out(shard.replies.get("c")));
    assert_eq!(shard.core.engine().tasks(None).count(), 1);
}

#[test]
fn a_payment_that_would_come_too_late_is_shed_and_an_answer_that_is_known_is_given() {
    let gate = Arc::<Shutter>::default();
    let mut shard = leading(&gate, 5);
    shard.purchase("a", "shoe", "ann", "1");
    shard.flush();
    shard.commit();
    gate.shut.store(true, Ordering::Relaxed);
    shard.purchase("b", "shoe", "bob", "1");
    assert!(not_done(shard.replies.get("b"), Obstacle::Overloaded));
    shard.purchase("again", "shoe", "ann", "1");
    assert!(is_done(shard.replies.get("again"), true));
    shard.reserve("c", "cyd", "1");
    shard.flush();
    shard.commit();
    assert!(is_done(shard.replies.get("c"), false), "a hold is no payment yet");
}

#[test]
fn what_will_be_refused_anyway_is_refused_behind_a_shut_gate_too() {
    let gate = Arc::<Shutter>::default();
    let mut shard = leading(&gate, 1);
    shard.reserve("a", "ann", "1");
    shard.flush();
    shard.commit();
    gate.shut.store(true, Ordering::Relaxed);
    shard.purchase("b", "shoe", "bob", "1");
    shard.flush();
    shard.confirm(true);
    assert!(crate::is_sold_out(shard.replies.get("b")), "{:?}", shard.replies.get("b"));
}

#[test]
fn a_payment_that_was_let_in_and_refused_is_expected_no_more() {
    let gate = Arc::<Shutter>::default();
    let mut shard = leading(&gate, 1);
    for (name, buyer) in [("a", "ann"), ("b", "bob"), ("c", "cyd")] {
        shard.purchase(name, "shoe", buyer, "1");
    }
    shard.flush();
    assert_eq!(gate.expects(), 3, "two are parked behind the one that may take the unit");
    shard.commit();
    shard.confirm(true);
    assert!(is_done(shard.replies.get("a"), false) && crate::is_sold_out(shard.replies.get("c")));
    assert_eq!(gate.expects(), 1, "the one that has the unit comes");
}

#[test]
fn of_two_payments_for_one_hold_in_flight_one_is_expected() {
    let gate = Arc::<Shutter>::default();
    let mut shard = leading(&gate, 1);
    let reservation = shard.hold("h", "ann", "1");
    shard.pay("a", reservation, "ann", "1");
    shard.pay("b", reservation, "ann", "2");
    shard.flush();
    assert_eq!(gate.expects(), 2, "neither is known to be refused");
    shard.commit();
    assert!(is_done(shard.replies.get("a"), false));
    assert!(matches!(shard.replies.get("b"), Some(Reply::Refused(_))), "{:?}", shard.replies.get("b"));
    assert_eq!(gate.expects(), 1);
    shard.pay("c", reservation, "ann", "3");
    assert_eq!(
        gate.expects(),
        1,
        "nothing was promised to who was refused anyway, and nothing is given back"
    );
    shard.flush();
    shard.commit();
    assert_eq!(gate.expects(), 1);
}

#[test]
fn what_is_lost_for_certain_is_expected_no_more_and_what_may_have_happened_is() {
    for (certainly, expected) in [(true, 0), (false, 1)] {
        let gate = Arc::<Shutter>::default();
        let mut shard = leading(&gate, 5);
        shard.purchase("a", "shoe", "ann", "1");
        shard.flush();
        shard.lose(certainly);
        assert_eq!(gate.expects(), expected, "certainly: {certainly}");
    }
}

#[test]
fn who_waits_in_vain_is_expected_no_more() {
    let begun = || {
        let gate = Arc::<Shutter>::default();
        let mut shard = leading(&gate, 1);
        shard.purchase("in flight", "shoe", "ann", "1");
        shard.flush();
        shard.purchase("parked", "shoe", "bob", "1");
        assert_eq!(gate.expects(), 2);
        (gate, shard)
    };
    let (gate, mut shard) = begun();
    shard.pass(6_000);
    assert!(not_done(shard.replies.get("parked"), Obstacle::TooLate));
    assert_eq!(gate.expects(), 1, "what is in flight may still come");

    let (gate, mut shard) = begun();
    shard.tell(Message::Leadership(None));
    assert!(not_done(shard.replies.get("parked"), Obstacle::NotLeader));
    assert_eq!(gate.expects(), 1, "what is in flight may still come");

    let gate = Arc::<Shutter>::default();
    let mut shard = leading(&gate, 5);
    shard.purchase("collected", "shoe", "ann", "1");
    shard.tell(Message::Leadership(None));
    assert_eq!(gate.expects(), 0, "what was not proposed never comes");
}
