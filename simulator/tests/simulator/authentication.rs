//! 3-D Secure.

use crate::fixture::{Fixture, PLAIN, pay};

#[tokio::test]
async fn a_cardholder_authenticates_on_a_page() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let form = [
        PLAIN,
        &[
            ("payment_method", "pm_card_threeDSecure2Required"),
            ("confirm", "true"),
            ("return_url", "http://shop.test/back?cart=7"),
        ],
    ]
    .concat();
    let waiting = client.post("/v1/payment_intents", &form).await.is(200);
    assert_eq!(
        (waiting.at("/status"), waiting.at("/next_action/type")),
        ("requires_action", "redirect_to_url")
    );
    let url = waiting.at("/next_action/redirect_to_url/url");
    let browser = fixture.caller("");
    let page = browser.get(url).await.is(200);
    assert!(
        page.text.contains("$20.00") && page.header("content-type").is_some_and(|kind| kind.contains("html"))
    );
    let back = browser.post(url, &[("outcome", "succeed")]).await.is(303);
    let location = back.header("location").expect("a location");
    assert!(location.starts_with("http://shop.test/back?cart=7&payment_intent=pi_"), "{location}");
    let paid = client.get(&format!("/v1/payment_intents/{}", waiting.at("/id"))).await.is(200);
    assert_eq!(paid.at("/status"), "requires_capture");
    assert!(paid.body["next_action"].is_null());
    browser.post(url, &[("outcome", "succeed")]).await.is(404);
}

#[tokio::test]
async fn a_failed_authentication_leaves_the_intent_open() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let waiting = pay(&client, "pm_card_authenticationRequired").await.is(200);
    assert_eq!(waiting.at("/next_action/type"), "use_stripe_sdk");
    let url = waiting.at("/next_action/use_stripe_sdk/stripe_js");
    let guessed = format!("{}0", url.trim_end_matches(|c: char| c.is_ascii_hexdigit()));
    fixture.caller("").post(&guessed, &[("outcome", "succeed")]).await.is(404);
    fixture.caller("").post(url, &[("outcome", "perhaps")]).await.is(400);
    fixture.caller("").post(url, &[("outcome", "fail")]).await.is(200);
    let open = client.get(&format!("/v1/payment_intents/{}", waiting.at("/id"))).await.is(200);
    assert_eq!(open.at("/status"), "requires_payment_method");
    assert_eq!(open.at("/last_payment_error/code"), "payment_intent_authentication_failure");
}

#[tokio::test]
async fn the_buyers_browser_finds_the_intent_by_its_client_secret() {
    let fixture = Fixture::new().await;
    let waiting = pay(&fixture.client(), "pm_card_authenticationRequired").await.is(200);
    let (path, secret) = (format!("/v1/payment_intents/{}", waiting.at("/id")), waiting.at("/client_secret"));
    let browser = fixture.caller("pk_test_flashsale_0001");
    browser.get(&path).await.fails(403, "secret_key_required");
    let guessed = format!("{path}?client_secret={}_secret_0", waiting.at("/id"));
    browser.get(&guessed).await.fails(400, "payment_intent_client_secret_mismatch");
    let found = browser.get(&format!("{path}?client_secret={secret}")).await.is(200);
    assert_eq!(found.body["next_action"], waiting.body["next_action"]);
    assert!(
        found.body.get("metadata").is_none() && found.body.get("latest_charge").is_none(),
        "{}",
        found.text
    );
    let elsewhere = fixture.caller("pk_test_flashsale_0002");
    elsewhere.get(&format!("{path}?client_secret={secret}")).await.fails(404, "resource_missing");
}

#[tokio::test]
async fn a_card_may_decline_after_authentication() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let waiting = pay(&client, "pm_card_threeDSecureRequiredChargeDeclined").await.is(200);
    let url = waiting.at("/next_action/use_stripe_sdk/stripe_js");
    fixture.caller("").post(url, &[("outcome", "succeed")]).await.is(200);
    let open = client.get(&format!("/v1/payment_intents/{}", waiting.at("/id"))).await.is(200);
    assert_eq!(open.at("/last_payment_error/code"), "card_declined");
}

#[tokio::test]
async fn without_a_cardholder_what_wants_one_is_declined() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    for name in ["off_session", "error_on_requires_action"] {
        let card =
            [("payment_method", "pm_card_authenticationRequired"), ("confirm", "true"), (name, "true")];
        let declined = client.post("/v1/payment_intents", &[PLAIN, &card].concat()).await;
        let declined = declined.fails(402, "authentication_required");
        assert_eq!(declined.at("/error/payment_intent/status"), "requires_payment_method");
    }
}

#[tokio::test]
async fn merchants_and_faults_can_ask_for_it() {
    let fixture = Fixture::faulty(
        "[[fault]]\nkind = 'authenticate'\norder = 3\n[[fault]]\nkind = 'authenticate'\norder = 4",
    )
    .await;
    let client = fixture.client();
    let optional = "pm_card_threeDSecureOptional";
    assert_eq!(pay(&client, optional).await.is(200).at("/status"), "requires_capture");
    let asked = [
        ("payment_method", optional),
        ("confirm", "true"),
        ("payment_method_options[card][request_three_d_secure]", "any"),
    ];
    let asked = client.post("/v1/payment_intents", &[PLAIN, &asked].concat()).await.is(200);
    assert_eq!(asked.at("/status"), "requires_action");
    assert_eq!(pay(&client, "pm_card_visa").await.is(200).at("/status"), "requires_action");
    pay(&client, "pm_card_chargeDeclined").await.fails(402, "card_declined");
}
