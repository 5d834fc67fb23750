//! Lists: pages, both ways, and filters.

use crate::client::Client;
use crate::fixture::{BEGIN_MS, Fixture, PLAIN, captured};

async fn ids(client: &Client, query: &str) -> (Vec<String>, bool) {
    let page = client.get(&format!("/v1/payment_intents?{query}")).await.is(200);
    let data = page.body["data"].as_array().expect("a list");
    let ids = data.iter().map(|intent| intent["id"].as_str().expect("an id").to_owned()).collect();
    (ids, page.body["has_more"] == true)
}

#[tokio::test]
async fn pages_go_both_ways() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let mut newest_first = Vec::new();
    for _ in 0..7 {
        newest_first.insert(0, client.post("/v1/payment_intents", PLAIN).await.is(200).at("/id").to_owned());
        fixture.advance(1);
    }
    let all = newest_first.as_slice();
    assert_eq!(ids(&client, "").await, (all.to_vec(), false));
    assert_eq!(ids(&client, "limit=3").await, (all[..3].to_vec(), true));
    assert_eq!(ids(&client, &format!("limit=3&starting_after={}", all[2])).await, (all[3..6].to_vec(), true));
    assert_eq!(ids(&client, &format!("limit=3&starting_after={}", all[5])).await, (all[6..].to_vec(), false));
    assert_eq!(ids(&client, &format!("limit=3&ending_before={}", all[5])).await, (all[2..5].to_vec(), true));
    assert_eq!(ids(&client, &format!("ending_before={}", all[2])).await, (all[..2].to_vec(), false));
    let begin = BEGIN_MS / 1_000;
    assert_eq!(ids(&client, &format!("created[gt]={begin}&created[lte]={}", begin + 2)).await.0, all[4..6]);
    assert_eq!(ids(&client, &format!("created={begin}")).await.0, all[6..]);
}

#[tokio::test]
async fn wrong_pages_are_refused() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    client.get("/v1/payment_intents?limit=101").await.fails(400, "parameter_invalid_integer");
    client.get("/v1/payment_intents?limit=0").await.fails(400, "parameter_invalid_integer");
    client.get("/v1/payment_intents?starting_after=pi_none").await.fails(400, "resource_missing");
    client.get("/v1/payment_intents?page=2").await.fails(400, "parameter_unknown");
    client.get("/v1/payment_intents?expand[]=latest_charge").await.is(400);
}

#[tokio::test]
async fn lists_expand_and_filter() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let id = captured(&client, "pm_card_visa").await;
    captured(&client, "pm_card_visa").await;
    let listed = client.get("/v1/payment_intents?expand[]=data.latest_charge").await.is(200);
    assert_eq!(listed.at("/data/1/latest_charge/payment_intent"), id);
    let charges = client.get(&format!("/v1/charges?payment_intent={id}")).await.is(200);
    assert_eq!(charges.body["data"].as_array().map(Vec::len), Some(1));
    let events = client.get("/v1/events?type=payment_intent.succeeded").await.is(200);
    assert_eq!(events.body["data"].as_array().map(Vec::len), Some(2));
    assert_eq!(events.at("/data/1/data/object/id"), id);
    let one = client.get(&format!("/v1/events/{}", events.at("/data/1/id"))).await.is(200);
    assert_eq!(one.body, events.body["data"][1]);
    let some = "types[]=charge.captured&types[]=payment_intent.created";
    let events = client.get(&format!("/v1/events?{some}")).await.is(200);
    assert_eq!(events.body["data"].as_array().map(Vec::len), Some(4));
}
