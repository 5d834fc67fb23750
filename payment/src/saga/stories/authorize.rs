//! Until the money is held: begin, create, confirm, watch.

use engine::LogTime;
use engine::vocabulary::saga::Finding;
use serde_json::json;

use super::author::*;
use super::stage::Stage;
use crate::client::{Decline, Endpoint, Object, Reason, Verdict};
use crate::saga::Trouble;
use crate::saga::core::Action;

#[test]
fn nothing_is_sent_before_it_is_recorded_that_it_begins() {
    let mut stage = Stage::with(engine::vocabulary::saga::Step::Begin);
    stage.begin(false);
    stage.wait();
    stage.begin(true);
    assert_eq!(stage.unrecorded(), Finding::Begun);
    stage.wait();
    assert_eq!(stage.findings(), [Finding::Begun]);
    stage.core.offer(stage.now, SHARD, of_one(vec![task(create())]));
    let call = stage.call();
    assert_eq!(call.key(), Some(format!("eu:{}:create:1", reservation()).as_str()));
    assert_eq!(call.target(), "/v1/payment_intents");
    assert_eq!(
        call.body(),
        format!(
            "amount=99900&currency=usd&capture_method=manual&payment_method=pm_card_visa\
             &payment_method_types%5B0%5D=card&metadata%5Breservation%5D={}\
             &metadata%5Bproduct%5D=iphone-17&metadata%5Btry%5D=1&metadata%5Bbody%5D=2",
            reservation()
        )
    );
}

#[test]
fn a_payment_that_is_given_up_leaves_the_line_and_begins_no_more() {
    let mut stage = Stage::with(engine::vocabulary::saga::Step::Begin);
    let Some(Action::Begin(ticket, account, due)) = stage.next() else { panic!("a turn is wanted") };
    assert_eq!((&*account, due), ("eu", DUE));
    stage.core.offer(stage.now, SHARD, of_one(Vec::new()));
    assert!(matches!(stage.next(), Some(Action::Drop(dropped)) if dropped == ticket));
    stage.core.on_turn(stage.now, ticket, true);
    assert!(stage.is_quiet());
}

#[test]
fn what_creating_comes_to() {
    for (verdict, finding) in [
        (intent("requires_confirmation"), Finding::Created(pi("pi_1"))),
        (intent("pondering"), Finding::Created(pi("pi_1"))),
        (declined("expired_card"), Finding::Rejected(code("expired_card"))),
        (refused("amount_too_small"), Finding::Rejected(code("amount_too_small"))),
        (
            intent_with("requires_confirmation", json!({"amount": 1})),
            Finding::Rejected(code("intent_mismatch")),
        ),
    ] {
        let mut stage = Stage::with(create());
        stage.answer(Endpoint::CreateIntent, verdict.clone());
        assert_eq!(stage.findings(), [finding], "{verdict:?}");
    }
}

#[test]
fn what_an_intent_means_while_it_is_confirmed_or_watched() {
    let action = json!({"type": "use_stripe_sdk"});
    let held = json!({"latest_charge": {"id": "ch_1", "payment_method_details": {"card": {"capture_before": 1_764_000_000}}}});
    let table = [
        ("requires_capture", held, Finding::Authorized { capture_before: Some(LogTime(1_764_000_000_000)) }),
        ("requires_capture", json!({"latest_charge": "ch_1"}), Finding::Authorized { capture_before: None }),
        (
            "requires_action",
            json!({"next_action": action}),
            Finding::ActionRequired(next_action(r#"{"type":"use_stripe_sdk"}"#)),
        ),
        ("processing", json!({}), Finding::Processing),
        ("succeeded", json!({}), Finding::Captured),
        ("canceled", json!({}), Finding::Cancelled),
        (
            "requires_payment_method",
            json!({"last_payment_error": {"code": "card_declined", "decline_code": "lost_card"}}),
            Finding::Declined(code("lost_card")),
        ),
        (
            "requires_payment_method",
            json!({"last_payment_error": {"code": "payment_intent_authentication_failure"}}),
            Finding::Declined(code("payment_intent_authentication_failure")),
        ),
        ("requires_payment_method", json!({}), Finding::Declined(code("payment_failed"))),
    ];
    for (status, more, finding) in table {
        for (step, endpoint) in [(confirm(), Endpoint::ConfirmIntent), (watch(), Endpoint::GetIntent)] {
            let mut stage = Stage::with(step);
            stage.answer(endpoint, intent_with(status, more.clone()));
            assert_eq!(stage.findings(), std::slice::from_ref(&finding), "{status} at {endpoint:?}");
        }
    }
}

#[test]
fn an_intent_in_an_unknown_status_is_watched_with_an_alarm() {
    for (step, endpoint) in [(confirm(), Endpoint::ConfirmIntent), (watch(), Endpoint::GetIntent)] {
        let mut stage = Stage::with(step);
        stage.answer(endpoint, intent("pondering"));
        assert!(stage.is_quiet());
        assert_eq!(stage.troubles, [Trouble::UnknownStatus("pondering".to_owned())]);
        stage.wait();
        stage.answer(Endpoint::GetIntent, intent("requires_capture"));
        assert_eq!(stage.findings(), [Finding::Authorized { capture_before: None }]);
    }
}

#[test]
fn a_decline_is_reported_unless_the_intent_is_further() {
    let decline = |status: &str| {
        let Verdict::Done(Object::Intent(intent)) = intent(status) else { panic!("an intent") };
        Verdict::Declined(Decline { code: "card_declined".to_owned(), intent: Some(intent) })
    };
    for (verdict, finding) in [
        (declined("insufficient_funds"), Finding::Declined(code("insufficient_funds"))),
        (decline("requires_payment_method"), Finding::Declined(code("card_declined"))),
        (decline("canceled"), Finding::Cancelled),
    ] {
        let mut stage = Stage::with(confirm());
        stage.answer(Endpoint::ConfirmIntent, verdict);
        assert_eq!(stage.findings(), [finding]);
    }
}

#[test]
fn a_refused_confirmation_is_looked_into() {
    for (status, finding) in [
        ("requires_confirmation", Finding::Rejected(code("payment_intent_unexpected_state"))),
        ("requires_capture", Finding::Authorized { capture_before: None }),
        ("canceled", Finding::Cancelled),
        ("processing", Finding::Processing),
    ] {
        let mut stage = Stage::with(confirm());
        stage.answer(Endpoint::ConfirmIntent, refused("payment_intent_unexpected_state"));
        stage.answer(Endpoint::GetIntent, intent(status));
        assert_eq!(stage.findings(), [finding], "{status}");
    }
}

#[test]
fn an_indefinite_answer_is_no_finding_and_comes_again_with_the_same_key() {
    for reason in [Reason::TimedOut, Reason::Reset, Reason::Server(500), Reason::InUse, Reason::Garbled] {
        for step in [create(), confirm(), capture(), cancel(), refund(None)] {
            let mut stage = Stage::with(step);
            let first = stage.call();
            stage.give(Verdict::retry(reason.clone()));
            let waited = stage.wait();
            assert!((250..=500).contains(&waited.0), "{waited:?}");
            assert_eq!(stage.call(), first);
        }
    }
}

#[test]
fn a_spent_key_is_looked_behind_and_passed_over() {
    let mut stage = Stage::with(confirm());
    let first = stage.answer(Endpoint::ConfirmIntent, Verdict::Spent { status: 500 });
    stage.answer(Endpoint::GetIntent, intent("requires_confirmation"));
    stage.wait();
    let second = stage.answer(Endpoint::ConfirmIntent, intent("requires_capture"));
    assert_eq!(second.key().map(str::to_owned), first.key().map(|key| format!("{key}:1")));
    assert_eq!(second.body(), first.body());
    assert_eq!(stage.findings(), [Finding::Authorized { capture_before: None }]);

    let mut stage = Stage::with(confirm());
    stage.answer(Endpoint::ConfirmIntent, Verdict::Spent { status: 500 });
    stage.answer(Endpoint::GetIntent, intent("requires_capture"));
    assert_eq!(stage.findings(), [Finding::Authorized { capture_before: None }]);
}

#[test]
fn late_nothing_is_created_or_confirmed_but_what_was_is_seen() {
    for step in [engine::vocabulary::saga::Step::Begin, create()] {
        assert!(Stage::of(task(step), DUE).is_quiet());
    }
    let mut stage = Stage::of(task(confirm()), DUE);
    stage.answer(Endpoint::GetIntent, intent("requires_confirmation"));
    assert!(stage.is_quiet());
    stage.wait();
    stage.answer(Endpoint::GetIntent, intent("requires_capture"));
    assert_eq!(stage.findings(), [Finding::Authorized { capture_before: None }]);
}

#[test]
fn a_forgotten_key_creates_nothing() {
    let mut stage = Stage::of(task(create()), LogTime(NOON.0 + 23 * 3_600_000));
    assert_eq!(stage.findings(), [Finding::Rejected(code("try_too_old"))]);
}

#[test]
fn a_key_that_does_not_do_alarms_and_is_no_finding() {
    let mut stage = Stage::with(create());
    stage.answer(Endpoint::CreateIntent, Verdict::retry(Reason::Unauthorized(401)));
    assert!(stage.is_quiet());
    assert_eq!(stage.troubles, [Trouble::NotCallable("unauthorized")]);
    stage.wait();
    stage.answer(Endpoint::CreateIntent, intent("requires_confirmation"));
    assert_eq!(stage.findings(), [Finding::Created(pi("pi_1"))]);
}

#[test]
fn an_intent_of_somebody_else_is_no_finding() {
    for foreign in [json!({"id": "pi_2"}), json!({"amount": 1}), json!({"currency": "eur"})] {
        let mut stage = Stage::with(watch());
        stage.answer(Endpoint::GetIntent, intent_with("requires_capture", foreign));
        assert!(stage.is_quiet() && matches!(stage.troubles[..], [Trouble::Foreign(_)]));
    }
}
