//! A charge of less than the price, which somebody made behind our back, goes back whole; and so does one that goes back in parts.

use engine::vocabulary::saga::Finding;
use serde_json::Value;

use super::author::*;
use super::stage::Stage;
use crate::client::Endpoint;
use crate::saga::Trouble;

/// What was taken of the price.
const PART: u64 = 600;

/// The compensation's refund arrived; these are all refunds of the intent, of which so much was taken.
fn arrived(list: &[Value], received: u64) -> Stage {
    let mut stage = Stage::with(compensate(Some("re_1")));
    stage.answer(Endpoint::GetRefund, refund_of("re_1", "succeeded", PART));
    stage.answer(Endpoint::ListRefunds, refunds(list, false));
    stage.answer(Endpoint::GetIntent, taken(received));
    stage
}

#[test]
fn all_that_was_taken_of_a_hold_is_all_that_goes_back() {
    let mut stage = Stage::with(compensate(None));
    stage.answer(Endpoint::ListRefunds, refunds(&[], false));
    stage.answer(Endpoint::CreateRefund, refund_of("re_1", "succeeded", PART));
    assert_eq!(stage.findings(), [Finding::CompensationMade(re("re_1"))], "it may be less than was taken");
    let mut stage = arrived(&[refund_value("re_1", "succeeded", PART)], PART);
    assert_eq!(stage.findings(), [Finding::Compensated]);
    assert!(stage.troubles.is_empty());
}

#[test]
fn what_went_back_in_the_dashboard_is_not_wanted_again() {
    let mut stage = Stage::with(compensate(None));
    stage.answer(Endpoint::ListRefunds, refunds(&[], false));
    stage.answer(Endpoint::CreateRefund, refused("charge_already_refunded"));
    stage.wait();
    stage.answer(Endpoint::ListRefunds, refunds(&[refund_value("re_1", "succeeded", PART)], false));
    stage.answer(Endpoint::GetIntent, taken(PART));
    assert_eq!(stage.findings(), [Finding::CompensationMade(re("re_1")), Finding::Compensated]);
}

#[test]
fn a_part_is_not_all_because_the_provider_once_said_so() {
    let mut stage = Stage::with(compensate(None));
    stage.answer(Endpoint::ListRefunds, refunds(&[], false));
    stage.answer(Endpoint::CreateRefund, refused("charge_already_refunded"));
    stage.wait();
    let list = [refund_value("re_2", "failed", PRICE - PART), refund_value("re_1", "succeeded", PART)];
    stage.answer(Endpoint::ListRefunds, refunds(&list, false));
    stage.answer(Endpoint::GetIntent, taken(PRICE));
    assert!(stage.is_quiet());
    stage.wait();
    let call = stage.answer(Endpoint::CreateRefund, refund_of("re_3", "pending", PRICE - PART));
    assert!(call.key().is_some_and(|key| key.contains("compensate-2")), "{:?}", call.key());
    assert_eq!(stage.findings(), [Finding::CompensationMade(re("re_3"))]);
}

#[test]
fn one_part_that_arrived_does_not_end_what_others_are_wanted_for() {
    let rest = |status| [refund_value("re_2", status, PRICE - PART), refund_value("re_1", "succeeded", PART)];
    let mut stage = arrived(&rest("pending"), PRICE);
    assert!(stage.is_quiet());
    stage.wait();
    stage.answer(Endpoint::GetRefund, refund_of("re_1", "succeeded", PART));
    stage.answer(Endpoint::ListRefunds, refunds(&rest("succeeded"), false));
    stage.answer(Endpoint::GetIntent, taken(PRICE));
    assert_eq!(stage.findings(), [Finding::Compensated]);

    let mut stage = arrived(&rest("failed"), PRICE);
    assert_eq!(stage.findings(), [Finding::CompensationFailed(code("refund_incomplete"))]);
    assert_eq!(stage.troubles, [Trouble::RefundFailed("refund_incomplete".to_owned())]);
}
