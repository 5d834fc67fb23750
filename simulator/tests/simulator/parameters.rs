//! Parameters: what is not known, missing or wrong is an error that names it, and is not remembered.

use crate::fixture::{Fixture, PLAIN};

#[tokio::test]
async fn every_wrong_parameter_is_named() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    for (form, code, param) in [
        (&[("currency", "usd")][..], "parameter_missing", "amount"),
        (&[("amount", "100")], "parameter_missing", "currency"),
        (&[("amount", "ten"), ("currency", "usd")], "parameter_invalid_integer", "amount"),
        (&[("amount", "0"), ("currency", "usd")], "parameter_invalid_integer", "amount"),
        (&[("amount", ""), ("currency", "usd")], "parameter_invalid_empty", "amount"),
        (&[("amount", "49"), ("currency", "usd")], "amount_too_small", "amount"),
        (&[("amount", "100000000"), ("currency", "usd")], "amount_too_large", "amount"),
        (&[("amount", "999"), ("currency", "thb")], "amount_too_small", "amount"),
        (&[("amount", "1000000000000"), ("currency", "idr")], "amount_too_large", "amount"),
        (&[("amount", "100"), ("currency", "usd"), ("amounts", "1")], "parameter_unknown", "amounts"),
        (
            &[("amount", "100"), ("currency", "usd"), ("transfer_data[destination]", "a")],
            "parameter_unknown",
            "transfer_data",
        ),
        (
            &[("amount", "100"), ("currency", "usd"), ("payment_method_options[card][color]", "red")],
            "parameter_unknown",
            "payment_method_options[card][color]",
        ),
    ] {
        let refused = client.keyed("same").post("/v1/payment_intents", form).await.fails(400, code);
        assert_eq!(refused.at("/error/param"), param, "{form:?}");
        assert_eq!(refused.at("/error/type"), "invalid_request_error");
    }
    for (name, value) in [
        ("capture_method", "later"),
        ("currency", "xxx"),
        ("confirm", "maybe"),
        ("metadata", "text"),
        ("payment_method_types[]", "sepa_debit"),
        ("confirmation_method", "manual"),
        ("return_url", "http://shop.test"),
        ("expand[]", "customer.name"),
    ] {
        let form = [&[("amount", "100"), ("currency", "usd")][..], &[(name, value)]].concat();
        let refused = client.post("/v1/payment_intents", &form).await.is(400);
        assert!(name.starts_with(refused.at("/error/param")), "{name}: {}", refused.text);
    }
    for (amount, currency) in [("1005", "kwd"), ("550", "isk")] {
        let refused =
            client.post("/v1/payment_intents", &[("amount", amount), ("currency", currency)]).await.is(400);
        assert_eq!(refused.at("/error/param"), "amount", "{}", refused.text);
    }
    // None of these was remembered under the key.
    client.keyed("same").post("/v1/payment_intents", PLAIN).await.is(200);
}

#[tokio::test]
async fn bodies_are_forms_of_bounded_size() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let json =
        client.post_body("/v1/payment_intents", "application/json", "{}".into()).await.expect("an answer");
    assert!(json.is(400).at("/error/message").contains("content type"));
    let large = format!("description={}", "x".repeat(100_000));
    let form = "application/x-www-form-urlencoded";
    client.post_body("/v1/payment_intents", form, large).await.expect("an answer").is(413);
    let many: Vec<(String, String)> = (0..51).map(|n| (format!("metadata[k{n}]"), "v".to_owned())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let refused = client.post("/v1/payment_intents", &[PLAIN, &many].concat()).await.is(400);
    assert_eq!(refused.at("/error/param"), "metadata");
}
