//! Accounts and their keys.

use crate::fixture::{Fixture, PLAIN, pay};

#[tokio::test]
async fn who_has_no_key_is_refused() {
    let fixture = Fixture::new().await;
    let nobody = fixture.caller("").get("/v1/events").await.is(401);
    assert_eq!(nobody.at("/error/type"), "invalid_request_error");
    assert!(nobody.header("www-authenticate").is_some());
    let wrong = fixture.caller("sk_test_wrong_and_long_enough").get("/v1/events").await.is(401);
    assert!(wrong.at("/error/message").contains("****") && !wrong.text.contains("wrong_and_long"));
}

#[tokio::test]
async fn a_platform_acts_for_its_connected_accounts() {
    let fixture = Fixture::new().await;
    let platform = fixture.client().with("stripe-account", "acct_1flashsale0003");
    let created = platform.post("/v1/payment_intents", PLAIN).await.is(200);
    let path = format!("/v1/payment_intents/{}", created.at("/id"));
    fixture.caller("sk_test_flashsale_0003").get(&path).await.is(200);
    fixture.client().get(&path).await.is(404);
    let other = fixture.caller("sk_test_flashsale_0002").with("stripe-account", "acct_1flashsale0003");
    other.get(&path).await.fails(403, "account_invalid");
}

#[tokio::test]
async fn a_card_belongs_to_the_account_that_tokenised_it() {
    let fixture = Fixture::new().await;
    let card = [
        ("type", "card"),
        ("card[number]", "4000 0000 0000 9995"),
        ("card[exp_month]", "12"),
        ("card[exp_year]", "2030"),
        ("card[cvc]", "123"),
    ];
    let browser = fixture.caller("pk_test_flashsale_0001");
    let method = browser.post("/v1/payment_methods", &card).await.is(200);
    assert_eq!((method.at("/card/last4"), method.at("/card/brand")), ("9995", "visa"));
    let declined = pay(&fixture.client(), method.at("/id")).await.fails(402, "card_declined");
    assert_eq!(declined.at("/error/decline_code"), "insufficient_funds");
    pay(&fixture.caller("sk_test_flashsale_0002"), method.at("/id")).await.fails(400, "resource_missing");
    browser.get("/v1/payment_intents").await.fails(403, "secret_key_required");
    let unknown = [&[("card[number]", "4111111111111111")][..], &card[..1], &card[2..]].concat();
    browser.post("/v1/payment_methods", &unknown).await.fails(402, "incorrect_number");
}
