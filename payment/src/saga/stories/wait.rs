//! When the core waits, when it hurries, and what it drops.

use std::time::Duration;

use engine::vocabulary::saga::{Finding, Task};
use engine::{LogTime, Span};
use serde_json::json;

use super::author::*;
use super::stage::Stage;
use crate::client::{Endpoint, Reason, Retry, Verdict};
use crate::saga::core::Action;
use crate::saga::{Applied, Unrecorded};

fn timed_out() -> Verdict {
    Verdict::retry(Reason::TimedOut)
}

#[test]
fn waits_double_and_are_capped_and_compensation_never_gives_up() {
    let mut stage = Stage::with(cancel());
    let mut longest = Span(0);
    for failures in 0..200_u32 {
        stage.answer(Endpoint::CancelIntent, timed_out());
        let full = 500_u64.saturating_mul(1 << failures.min(20)).min(60_000);
        let waited = stage.wait();
        assert!((full / 2..=full).contains(&waited.0), "{waited:?} after {failures} failures");
        longest = longest.max(waited);
        if stage.now >= LogTime(NOON.0 + 3_600_000) {
            break;
        }
    }
    assert!(longest.0 > 50_000);
    stage.answer(Endpoint::CancelIntent, intent("canceled"));
    assert_eq!(stage.findings(), [Finding::Cancelled]);
}

#[test]
fn a_wait_that_the_provider_asks_for_is_kept() {
    let mut stage = Stage::with(confirm());
    let after = Some(Duration::from_secs(30));
    stage.answer(Endpoint::ConfirmIntent, Verdict::Retry(Retry { after, reason: Reason::Server(503) }));
    assert_eq!(stage.wait(), Span(30_000));
}

#[test]
fn a_report_is_made_until_it_is_recorded_and_nothing_is_asked_meanwhile() {
    let mut stage = Stage::with(capture());
    stage.answer(Endpoint::CaptureIntent, intent("succeeded"));
    for _ in 0..5 {
        assert_eq!(stage.unrecorded(), Finding::Captured);
        stage.wait();
    }
    assert_eq!(stage.findings(), [Finding::Captured]);
}

#[test]
fn what_is_watched_is_said_once_and_looked_at_ever_more_seldom() {
    let action = json!({"next_action": {"type": "use_stripe_sdk"}});
    let mut stage = Stage::with(watch());
    stage.answer(Endpoint::GetIntent, intent_with("requires_action", action.clone()));
    assert_eq!(stage.findings().len(), 1);
    let mut waits = Vec::new();
    for _ in 0..8 {
        waits.push(stage.wait().0);
        stage.answer(Endpoint::GetIntent, intent_with("requires_action", action.clone()));
        assert!(stage.findings().is_empty());
    }
    assert!(waits[0] <= 2_000 && waits[7] >= 10_000 && waits.iter().all(|wait| *wait <= 20_000), "{waits:?}");
}

#[test]
fn news_are_looked_at_at_once_and_it_is_said_that_they_were() {
    let mut stage = Stage::with(watch());
    stage.answer(Endpoint::GetIntent, intent("processing"));
    assert_eq!(stage.reports(), [(0, Finding::Processing)]);
    stage.notice(watch(), 1);
    stage.answer(Endpoint::GetIntent, intent("processing"));
    assert_eq!(stage.reports(), [(1, Finding::Unchanged)]);
    stage.notice(watch(), 1);
    assert!(stage.is_quiet(), "the notice was followed, and its task was older than the report");
    stage.wait();
    let _asked_before_the_news = stage.call();
    stage.notice(watch(), 2);
    stage.give(intent("processing"));
    stage.answer(Endpoint::GetIntent, intent("requires_capture"));
    assert_eq!(stage.reports(), [(2, Finding::Authorized { capture_before: None })]);
}

#[test]
fn what_is_reported_after_news_came_is_of_before_and_another_look_follows() {
    let mut stage = Stage::with(refund(Some("re_1")));
    let _asked_before_the_news = stage.call();
    stage.notice(refund(Some("re_1")), 1);
    stage.give(refunded("re_1", "succeeded"));
    let (ticket, report) = stage.report().expect("a report");
    assert_eq!((report.noticed, report.finding), (0, Finding::RefundSucceeded(refund_id())));
    stage.notice(refund(Some("re_1")), 2);
    stage.core.recorded(stage.now, ticket, Ok(Applied::Taken));
    stage.answer(Endpoint::GetRefund, refunded("re_1", "failed"));
    let failed = Finding::RefundFailed(refund_id(), code("expired_or_canceled_card"));
    assert_eq!(stage.reports(), [(2, failed)]);
}

#[test]
fn news_that_come_while_a_report_cannot_be_recorded_are_not_settled_by_it() {
    let mut stage = Stage::with(watch());
    stage.answer(Endpoint::GetIntent, intent("processing"));
    assert_eq!(stage.unrecorded(), Finding::Processing);
    stage.notice(watch(), 1);
    assert_eq!(stage.reports(), [(0, Finding::Processing)]);
    stage.answer(Endpoint::GetIntent, intent("processing"));
    assert_eq!(stage.reports(), [(1, Finding::Unchanged)]);
}

#[test]
fn news_between_the_pages_of_a_list_are_not_settled_by_it() {
    let first = || refunds(&[refund_value("re_1", "failed", PRICE)], true);
    let mut stage = Stage::with(compensate(None));
    stage.answer(Endpoint::ListRefunds, first());
    let _second_page = stage.call();
    stage.notice(compensate(None), 1);
    stage.give(refunds(&[refund_value("re_2", "pending", PRICE)], false));
    stage.answer(Endpoint::GetIntent, taken(PRICE));
    assert_eq!(stage.reports(), [(0, Finding::CompensationMade(re("re_2")))]);
    let again = stage.answer(Endpoint::ListRefunds, first());
    assert!(!format!("{again:?}").contains("re_1"), "from the beginning: {again:?}");
}

#[test]
fn a_report_that_does_not_fit_any_more_settles_nothing() {
    let mut stage = Stage::with(watch());
    stage.answer(Endpoint::GetIntent, intent("processing"));
    assert_eq!(stage.reports().len(), 1);
    stage.notice(watch(), 1);
    stage.answer(Endpoint::GetIntent, intent("requires_capture"));
    let (ticket, _) = stage.report().expect("a report");
    stage.core.recorded(stage.now, ticket, Ok(Applied::Stale));
    stage.wait();
    stage.answer(Endpoint::GetIntent, intent("processing"));
    assert_eq!(stage.reports(), [(1, Finding::Processing)]);
}

#[test]
fn news_of_a_refund_are_settled_as_its_own() {
    let pending = || refunded("re_1", "pending");
    let mut stage = Stage::with(refund(Some("re_1")));
    stage.answer(Endpoint::GetRefund, pending());
    assert!(stage.findings().is_empty());
    stage.notice(refund(Some("re_1")), 1);
    stage.answer(Endpoint::GetRefund, pending());
    assert_eq!(stage.findings(), [Finding::RefundUnchanged(refund_id())]);
}

#[test]
fn news_shorten_any_wait() {
    let mut stage = Stage::with(cancel());
    stage.answer(Endpoint::CancelIntent, timed_out());
    stage.notice(cancel(), 1);
    stage.answer(Endpoint::GetIntent, intent("canceled"));
    assert_eq!(stage.findings(), [Finding::Cancelled]);
}

#[test]
fn the_same_task_again_disturbs_nothing() {
    let mut stage = Stage::with(confirm());
    let _call = stage.call();
    stage.core.offer(stage.now, SHARD, of_one(vec![task(confirm())]));
    stage.core.took(stage.now, SHARD, vec![task(confirm())]);
    assert!(stage.is_quiet());
    stage.give(intent("requires_capture"));
    assert_eq!(stage.findings().len(), 1);
}

#[test]
fn another_task_puts_an_end_to_the_first() {
    let mut stage = Stage::with(confirm());
    let _confirming = stage.call();
    stage.core.offer(stage.now, SHARD, of_one(vec![task(cancel())]));
    let dropped = stage.next();
    assert!(matches!(dropped, Some(Action::Drop(_))), "{dropped:?}");
    let first = stage.next();
    let Some(Action::Call(ticket, call, _)) = first else { panic!("a call, not {first:?}") };
    assert_eq!(call.endpoint, Endpoint::CancelIntent);
    stage.give(intent("requires_capture"));
    assert!(stage.is_quiet(), "what the confirmation came to is of no interest any more");
    stage.core.answered(stage.now, ticket, intent("canceled"));
    assert_eq!(stage.findings(), [Finding::Cancelled]);
}

#[test]
fn a_leadership_that_is_lost_leaves_nothing() {
    for reporting in [false, true] {
        let mut stage = Stage::with(capture());
        let _call = stage.call();
        if reporting {
            stage.give(intent("succeeded"));
            let (ticket, _) = stage.report().expect("a report");
            stage.core.lost(SHARD);
            stage.core.recorded(stage.now, ticket, Err(Unrecorded::NotProposed));
        } else {
            stage.core.lost(SHARD);
            assert!(matches!(stage.next(), Some(Action::Drop(_))));
            stage.give(intent("succeeded"));
        }
        assert!(stage.is_quiet());
        assert_eq!((stage.core.tasks(), stage.core.wake_at(SHARD)), (0, None));
        stage.core.offer(stage.now, SHARD, of_one(vec![task(capture())]));
        assert!(stage.is_quiet(), "another node leads");
        stage.core.took(stage.now, SHARD, vec![task(capture())]);
        assert_eq!(stage.call().endpoint, Endpoint::CaptureIntent);
    }
}

#[test]
fn a_task_that_is_done_is_forgotten() {
    let mut stage = Stage::with(cancel());
    stage.answer(Endpoint::CancelIntent, intent("canceled"));
    let (ticket, _) = stage.report().expect("a report");
    stage.core.offer(stage.now, SHARD, of_one(Vec::new()));
    stage.core.recorded(stage.now, ticket, Ok(Applied::Taken));
    assert!(stage.is_quiet());
    assert_eq!((stage.core.tasks(), stage.core.wake_at(SHARD)), (0, None));
}

#[test]
fn a_declined_try_is_cancelled_while_the_next_is_made() {
    let mut stage = Stage::with(cancel());
    assert_eq!(stage.call().endpoint, Endpoint::CancelIntent);
    let second = Task { attempt: 2, ..task(create()) };
    stage.core.offer(stage.now, SHARD, of_one(vec![task(cancel()), second]));
    assert_eq!((stage.call().endpoint, stage.core.tasks()), (Endpoint::CreateIntent, 2));
    stage.core.offer(stage.now, SHARD, of_one(vec![task(cancel())]));
    assert!(matches!(stage.next(), Some(Action::Drop(_))), "only the second try is done with");
    assert_eq!(stage.core.tasks(), 1);
}
