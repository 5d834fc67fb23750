//! The audit, in process and over HTTP.

use simulator::{IntentStatus, RefundStatus};

use crate::fixture::{Fixture, captured, pay};

#[tokio::test]
async fn the_audit_says_what_happened() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let id = captured(&client, "pm_card_visa").await;
    client.keyed("refund-1").post("/v1/refunds", &[("payment_intent", &id), ("amount", "700")]).await.is(200);
    pay(&client, "pm_card_chargeDeclined").await.is(402);
    pay(&client, "pm_card_visa").await.is(200);
    let audit = fixture.running.audit();
    let account = &audit.accounts[0];
    assert_eq!(account.totals.violations, Vec::<String>::new());
    assert_eq!((account.totals.intents, account.totals.held), (3, 1));
    assert_eq!((account.totals.captured, account.totals.refunded), (2000, 700));
    let first = &account.intents[0];
    assert_eq!((first.id.as_str(), first.order, first.status), (id.as_str(), 1, IntentStatus::Succeeded));
    assert_eq!((first.captured, first.refunds[0].status), (2000, RefundStatus::Succeeded));
    assert_eq!(account.intents[1].charges[0].decline_code.as_deref(), Some("generic_decline"));
    assert_eq!((account.keys[0].key.as_str(), account.keys[0].path.as_str()), ("refund-1", "/v1/refunds"));

    let summary = client.get("/_simulator/audit").await.is(200);
    assert_eq!(summary.body["totals"], serde_json::to_value(&account.totals).expect("JSON"));
    let page = client.get("/_simulator/audit/intents?limit=2").await.is(200);
    assert_eq!((page.at("/data/0/id"), page.number("/next")), (id.as_str(), 2));
    let rest = client.get("/_simulator/audit/intents?from=2").await.is(200);
    assert!(rest.body["next"].is_null() && rest.at("/data/0/status") == "requires_capture");
    let keys = client.get("/_simulator/audit/keys").await.is(200);
    assert_eq!(keys.at("/data/0/key"), "refund-1");
    fixture.caller("").get("/_simulator/audit").await.is(401);
    fixture.caller("pk_test_flashsale_0001").get("/_simulator/audit").await.is(403);
    fixture.caller("").get("/_simulator/health").await.is(200);
}

#[tokio::test]
async fn the_clock_is_moved_over_http() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let before = client.get("/_simulator/clock").await.is(200).number("/now_ms");
    let after = client.post("/_simulator/clock/advance", &[("seconds", "90")]).await.is(200);
    assert_eq!(after.number("/now_ms"), before + 90_000);
    client.post("/_simulator/clock/advance", &[("seconds", "0")]).await.is(400);
    let real = Fixture::with(|options| options.clock = simulator::Time::Real).await;
    real.client().post("/_simulator/clock/advance", &[("seconds", "90")]).await.is(400);
}
