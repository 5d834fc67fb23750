//! Refunds that arrived, and may be returned: looked at now and then, whatever events are lost.

use engine::vocabulary::saga::{Finding, Task};
use engine::{LogTime, Span};

use super::author::*;
use super::stage::Stage;
use crate::client::{Endpoint, Reason, Verdict};
use crate::saga::Trouble;

const DAY: Span = Span::from_secs(24 * 3_600);
const WATCHED: Span = Span::from_secs(30 * 24 * 3_600);

fn rechecked(of_an_order: bool) -> Stage {
    let step = recheck(of_an_order.then(refund_id));
    Stage::of(Task { due: NOON.after(WATCHED), ..task(step) }, NOON)
}

#[test]
fn a_refund_that_arrived_is_looked_at_daily_and_nothing_is_recorded() {
    let mut stage = rechecked(true);
    let (mut looks, end) = (0, NOON.after(WATCHED));
    while stage.core.wake_at(SHARD).is_some_and(|at| at < end) {
        assert!(stage.wait() <= DAY);
        let call = stage.answer(Endpoint::GetRefund, refunded("re_1", "succeeded"));
        assert!(call.target().ends_with("/refunds/re_1"), "{}", call.target());
        looks += 1;
    }
    assert!((30..=61).contains(&looks), "{looks} looks in thirty days");
    assert!(stage.is_quiet() && stage.troubles.is_empty());
    stage.wait();
    assert!(stage.is_quiet(), "it was long enough");
}

#[test]
fn one_that_the_bank_returned_is_found_without_an_event() {
    for (of_an_order, finding) in [
        (true, Finding::RefundFailed(refund_id(), code("expired_or_canceled_card"))),
        (false, Finding::CompensationFailed(code("expired_or_canceled_card"))),
    ] {
        let mut stage = rechecked(of_an_order);
        stage.wait();
        stage.answer(Endpoint::GetRefund, refunded("re_1", "succeeded"));
        assert!(stage.is_quiet());
        stage.wait();
        stage.answer(Endpoint::GetRefund, refunded("re_1", "failed"));
        assert_eq!(stage.findings(), [finding]);
        assert_eq!(stage.troubles, [Trouble::RefundFailed("expired_or_canceled_card".to_owned())]);
    }
}

#[test]
fn a_look_that_fails_is_tried_again_sooner() {
    let mut stage = rechecked(true);
    stage.wait();
    stage.answer(Endpoint::GetRefund, Verdict::retry(Reason::TimedOut));
    assert!(stage.wait() < Span::from_secs(1));
    stage.answer(Endpoint::GetRefund, refused("resource_missing"));
    assert!(stage.wait() < Span::from_secs(2), "perhaps a wrong key, and nothing that is true of the refund");
}

/// Whoever takes over a shard, or gives everybody's money back at once, does not look at everything at once.
#[test]
fn looks_are_spread_over_a_day_and_are_no_tasks_that_wait_to_be_done() {
    let mut stage = rechecked(true);
    let refund = |number: u64| engine::RefundId::new(SHARD, 0, number);
    let one = |number| Task { due: NOON.after(WATCHED), ..task(recheck(Some(refund(number)))) };
    stage.core.took(NOON, SHARD, (0..1_000).map(one).collect());
    assert!(stage.is_quiet());
    assert_eq!((stage.core.tasks(), stage.core.rechecks()), (0, 1_000));
    let by_hour = (1..=24).map(|hour| {
        stage.core.on_time(LogTime(NOON.0 + hour * 3_600_000), SHARD);
        std::iter::from_fn(|| stage.next()).count()
    });
    let by_hour: Vec<_> = by_hour.collect();
    assert_eq!(by_hour.iter().sum::<usize>(), 1_000);
    assert!(by_hour.iter().all(|count| (15..=80).contains(count)), "{by_hour:?}");
    stage.core.lost(SHARD);
    assert_eq!(stage.core.rechecks(), 0);
}
