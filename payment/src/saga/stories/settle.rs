//! After the money is held: capture, cancel, compensate, refund.

use engine::LogTime;
use engine::vocabulary::saga::Finding;
use serde_json::json;

use super::author::*;
use super::stage::Stage;
use crate::client::{Endpoint, Reason, Verdict};
use crate::saga::Trouble;

const DAY: u64 = 24 * 3_600_000;

#[test]
fn what_an_intent_means_while_it_is_captured() {
    for (status, more, finding) in [
        ("succeeded", json!({}), Finding::Captured),
        ("canceled", json!({}), Finding::CaptureFailed(code("canceled"))),
        ("canceled", json!({"cancellation_reason": "expired"}), Finding::CaptureFailed(code("expired"))),
        ("requires_payment_method", json!({}), Finding::CaptureFailed(code("hold_lost"))),
    ] {
        let mut stage = Stage::with(capture());
        stage.answer(Endpoint::CaptureIntent, intent_with(status, more));
        assert_eq!(stage.findings(), [finding], "{status}");
    }
}

#[test]
fn a_refused_capture_is_looked_into() {
    for (word, status, finding) in [
        ("charge_already_captured", "succeeded", Finding::Captured),
        ("payment_intent_unexpected_state", "succeeded", Finding::Captured),
        (
            "payment_intent_unexpected_state",
            "canceled",
            Finding::CaptureFailed(code("payment_intent_unexpected_state")),
        ),
        (
            "charge_expired_for_capture",
            "requires_capture",
            Finding::CaptureFailed(code("charge_expired_for_capture")),
        ),
    ] {
        let mut stage = Stage::with(capture());
        stage.answer(Endpoint::CaptureIntent, refused(word));
        stage.answer(Endpoint::GetIntent, intent(status));
        assert_eq!(stage.findings(), [finding], "{word}, {status}");
    }
}

#[test]
fn money_that_is_held_is_not_given_up_for_an_error_of_ours() {
    let mut stage = Stage::with(capture());
    let first = stage.answer(Endpoint::CaptureIntent, refused("parameter_unknown"));
    stage.answer(Endpoint::GetIntent, intent("requires_capture"));
    assert!(stage.is_quiet());
    assert_eq!(stage.troubles, [Trouble::Refused("parameter_unknown".to_owned())]);
    stage.wait();
    let second = stage.answer(Endpoint::CaptureIntent, intent("succeeded"));
    assert_eq!(second.key().map(str::to_owned), first.key().map(|key| format!("{key}:1")));
    assert_eq!(stage.findings(), [Finding::Captured]);
}

#[test]
fn what_cancelling_comes_to() {
    let mut stage = Stage::with(cancel());
    let call = stage.answer(Endpoint::CancelIntent, intent("canceled"));
    assert_eq!(call.key(), Some(format!("eu:{}:cancel:1", reservation()).as_str()));
    assert_eq!(stage.findings(), [Finding::Cancelled]);
    for (status, finding) in [("canceled", Finding::Cancelled), ("succeeded", Finding::Captured)] {
        let mut stage = Stage::with(cancel());
        stage.answer(Endpoint::CancelIntent, refused("payment_intent_unexpected_state"));
        stage.answer(Endpoint::GetIntent, intent(status));
        assert_eq!(stage.findings(), [finding], "{status}");
        assert!(stage.troubles.is_empty());
    }
}

#[test]
fn a_dead_intent_is_dead_whatever_somebody_made_of_its_amount() {
    let mut stage = Stage::with(cancel());
    stage.answer(Endpoint::CancelIntent, intent_with("canceled", json!({"amount": 1})));
    assert_eq!(stage.findings(), [Finding::Cancelled]);
    let mut stage = Stage::with(capture());
    stage.answer(Endpoint::CaptureIntent, intent_with("canceled", json!({"amount": 1})));
    assert!(stage.is_quiet(), "what is not the order's is no finding");
}

#[test]
fn a_cancel_that_comes_too_early_is_tried_until_the_intent_is_dead() {
    let mut stage = Stage::with(cancel());
    let first = stage.answer(Endpoint::CancelIntent, refused("payment_intent_unexpected_state"));
    stage.answer(Endpoint::GetIntent, intent("processing"));
    stage.wait();
    stage.answer(Endpoint::GetIntent, intent("requires_capture"));
    let second = stage.answer(Endpoint::CancelIntent, intent("canceled"));
    assert_ne!(second.key(), first.key(), "the refusal is remembered for the first key");
    assert_eq!(stage.findings(), [Finding::Cancelled]);
}

#[test]
fn an_object_that_is_not_shown_is_no_finding() {
    for step in [capture(), cancel()] {
        let mut stage = Stage::of(task(step), LogTime(NOON.0 + DAY));
        stage.answer(Endpoint::GetIntent, refused("resource_missing"));
        assert!(stage.is_quiet());
        assert_eq!(stage.troubles, [Trouble::Refused("resource_missing".to_owned())]);
        for repeated in 1..=3 {
            stage.wait();
            stage.answer(Endpoint::GetIntent, refused("resource_missing"));
            assert!(stage.is_quiet());
            assert_eq!(stage.repeated, repeated, "the same again is no news to anybody");
        }
    }
}

#[test]
fn past_23_hours_it_is_looked_before_every_try() {
    let mut stage = Stage::of(task(capture()), LogTime(NOON.0 + DAY));
    stage.answer(Endpoint::GetIntent, intent("requires_capture"));
    stage.answer(Endpoint::CaptureIntent, Verdict::retry(Reason::TimedOut));
    stage.wait();
    stage.answer(Endpoint::GetIntent, intent("succeeded"));
    assert_eq!(stage.findings(), [Finding::Captured]);

    let mut stage = Stage::of(task(refund(None)), LogTime(NOON.0 + DAY));
    stage.answer(Endpoint::ListRefunds, refunds(&[], false));
    stage.answer(Endpoint::CreateRefund, Verdict::retry(Reason::TimedOut));
    stage.wait();
    stage.answer(Endpoint::ListRefunds, refunds(&[refund_value("re_1", "pending", 1_000)], false));
    assert_eq!(stage.findings(), [Finding::RefundMade(refund_id(), re("re_1"))]);
}

#[test]
fn a_compensation_is_made_once_and_followed_to_its_end() {
    let mut stage = Stage::with(compensate(None));
    stage.answer(Endpoint::ListRefunds, refunds(&[], false));
    let call = stage.answer(Endpoint::CreateRefund, refunded("re_1", "pending"));
    assert_eq!(call.key(), Some(format!("eu:{}:compensate:1", reservation()).as_str()));
    assert!(!call.body().contains("amount"), "all that is left goes back: {}", call.body());
    assert_eq!(stage.findings(), [Finding::CompensationMade(re("re_1"))]);
    for (status, finding) in [
        ("succeeded", Finding::Compensated),
        ("failed", Finding::CompensationFailed(code("expired_or_canceled_card"))),
        ("canceled", Finding::CompensationFailed(code("refund_failed"))),
    ] {
        let mut stage = Stage::with(compensate(Some("re_1")));
        stage.answer(Endpoint::GetRefund, refunded("re_1", "pending"));
        assert!(stage.is_quiet());
        stage.wait();
        stage.answer(Endpoint::GetRefund, refunded("re_1", status));
        assert_eq!(stage.findings(), [finding], "{status}");
    }
}

#[test]
fn a_compensation_that_failed_is_followed_by_another_under_its_own_key() {
    let mut stage = Stage::with(compensate(None));
    stage.answer(Endpoint::ListRefunds, refunds(&[refund_value("re_1", "failed", PRICE)], false));
    assert!(stage.is_quiet());
    stage.wait();
    let call = stage.answer(Endpoint::CreateRefund, refunded("re_2", "succeeded"));
    assert_eq!(call.key(), Some(format!("eu:{}:compensate-1:1", reservation()).as_str()));
    assert_eq!(stage.findings(), [Finding::CompensationMade(re("re_2")), Finding::Compensated]);
}

#[test]
fn money_that_is_back_already_is_not_given_back_again() {
    for (list, findings) in [
        (
            vec![refund_value("re_1", "succeeded", PRICE)],
            vec![Finding::CompensationMade(re("re_1")), Finding::Compensated],
        ),
        (
            vec![refund_value("re_2", "succeeded", 900), refund_value("re_1", "pending", PRICE - 900)],
            vec![Finding::CompensationMade(re("re_1"))],
        ),
    ] {
        let mut stage = Stage::with(compensate(None));
        stage.answer(Endpoint::ListRefunds, refunds(&list, false));
        stage.answer(Endpoint::GetIntent, taken(PRICE));
        assert_eq!(stage.findings(), findings);
    }
    let mut stage = Stage::with(compensate(None));
    stage.answer(Endpoint::ListRefunds, refunds(&[], false));
    stage.answer(Endpoint::CreateRefund, refused("charge_already_refunded"));
    stage.wait();
    stage.answer(Endpoint::ListRefunds, refunds(&[refund_value("re_9", "succeeded", PRICE)], false));
    stage.answer(Endpoint::GetIntent, taken(PRICE));
    assert_eq!(stage.findings(), [Finding::CompensationMade(re("re_9")), Finding::Compensated]);
}

#[test]
fn a_list_is_read_to_its_end() {
    let mut stage = Stage::with(compensate(None));
    stage.answer(Endpoint::ListRefunds, refunds(&[refund_value("re_2", "failed", PRICE)], true));
    let next =
        stage.answer(Endpoint::ListRefunds, refunds(&[refund_value("re_1", "succeeded", PRICE)], false));
    assert!(next.target().ends_with("&starting_after=re_2"), "{}", next.target());
    stage.answer(Endpoint::GetIntent, taken(PRICE));
    assert_eq!(stage.findings(), [Finding::CompensationMade(re("re_1")), Finding::Compensated]);
}

#[test]
fn what_a_refund_comes_to() {
    let made = Finding::RefundMade(refund_id(), re("re_1"));
    for (verdict, findings) in [
        (refunded("re_1", "pending"), vec![made.clone()]),
        (refunded("re_1", "requires_action"), vec![made.clone()]),
        (refunded("re_1", "succeeded"), vec![made.clone(), Finding::RefundSucceeded(refund_id())]),
        (
            refunded("re_1", "failed"),
            vec![made, Finding::RefundFailed(refund_id(), code("expired_or_canceled_card"))],
        ),
    ] {
        let mut stage = Stage::with(refund(None));
        let call = stage.answer(Endpoint::CreateRefund, verdict);
        assert_eq!(call.key(), Some(format!("eu:{}:refund:{}", reservation(), refund_id()).as_str()));
        assert_eq!(stage.findings(), findings);
    }
}

#[test]
fn a_refund_that_is_refused_fails_only_if_it_was_not_made() {
    let mut stage = Stage::with(refund(None));
    stage.answer(Endpoint::CreateRefund, refused("charge_already_refunded"));
    stage.answer(Endpoint::ListRefunds, refunds(&[], false));
    assert_eq!(stage.findings(), [Finding::RefundFailed(refund_id(), code("charge_already_refunded"))]);

    let mut stage = Stage::with(refund(None));
    stage.answer(Endpoint::CreateRefund, refused("charge_already_refunded"));
    stage.answer(Endpoint::ListRefunds, refunds(&[refund_value("re_1", "succeeded", 1_000)], false));
    let made = Finding::RefundMade(refund_id(), re("re_1"));
    assert_eq!(stage.findings(), [made, Finding::RefundSucceeded(refund_id())]);
}

#[test]
fn a_refund_of_an_intent_that_is_not_there_is_tried_on_with_an_alarm() {
    let mut stage = Stage::with(refund(None));
    stage.answer(Endpoint::CreateRefund, refused("resource_missing"));
    assert!(stage.is_quiet());
    assert_eq!(stage.troubles, [Trouble::Refused("resource_missing".to_owned())]);
}
