//! Payments by the provider, as the leader admits them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::limits::PROVIDER_GRACE;
use engine::{AccountName, PaymentMode, Span};
use raft::shard::gate::Gate;
use raft::shard::request::Obstacle;

use crate::harness::Harness;
use crate::{is_done, not_done};

/// A gate that can be shut.
#[derive(Default)]
struct Shutter {
    shut: AtomicBool,
}

impl Gate for Shutter {
    fn admits(&self, account: &AccountName, within: Span) -> bool {
        let until_released = Span(60_000 + PROVIDER_GRACE.0);
        assert_eq!((&**account, within), ("main", until_released));
        !self.shut.load(Ordering::Relaxed)
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
