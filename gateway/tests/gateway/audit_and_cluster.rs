//! What operators look at.

use engine::saga::Finding;
use serde_json::{Value, json};

use crate::fixture::{ADMIN, Fixture, VIEWER, open};

/// A purchase that the provider knows as `intent`, and what it found of it since.
async fn purchase(shop: &Fixture, buyer: &str, intent: &str, findings: &[Finding]) -> String {
    let path = "/v1/products/phone/purchases";
    let body = json!({ "quantity": 1, "payment_method": "pm_card_visa" });
    let reply = shop.post(path).buyer(buyer).key(buyer).json(&body).send().await;
    let id = reply.done(202)["id"].as_str().expect("an id").to_owned();
    shop.house.finds(&id, Finding::Begun);
    shop.house.finds(&id, Finding::Created(intent.parse().expect("an intent")));
    findings.iter().for_each(|finding| shop.house.finds(&id, finding.clone()));
    id
}

#[tokio::test]
async fn the_audit_is_of_all_products_or_of_one() {
    let shop = open();
    for id in ["phone", "pad"] {
        shop.put_product(id, json!({})).await.done(201);
    }
    shop.buy("phone", "b-1").await;
    let all = shop.get("/v1/audit").token(VIEWER).send().await.done(200);
    assert_eq!((&all["ok"], all["products"].as_array().map(Vec::len)), (&json!(true), Some(2)));
    let one = shop.get("/v1/audit?product_id=phone").token(VIEWER).send().await.done(200);
    assert_eq!(
        (&one["products"][0]["product_id"], &one["products"][0]["sold"]),
        (&json!("phone"), &json!(1))
    );
    assert_eq!(one["products"].as_array().map(Vec::len), Some(1));
    shop.get("/v1/audit?product_id=nothing").token(VIEWER).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn the_audit_counts_payments_and_names_those_that_somebody_has_to_look_at() {
    let shop = open();
    for (id, payment) in [("phone", "provider"), ("pad", "external")] {
        shop.put_product(id, json!({ "payment": payment })).await.done(201);
    }
    shop.buy("pad", "b-1").await;
    let authorized = Finding::Authorized { capture_before: None };
    let failed = Finding::CaptureFailed("expired".parse().expect("a code"));
    purchase(&shop, "b-1", "pi_1", &[authorized.clone(), Finding::Captured]).await;
    purchase(&shop, "b-2", "pi_2", std::slice::from_ref(&authorized)).await;
    purchase(&shop, "b-3", "pi_3", &[]).await;
    let alarming = purchase(&shop, "b-4", "pi_4", &[authorized, failed]).await;

    let audit = shop.get("/v1/audit").token(VIEWER).send().await.done(200);
    assert_eq!(audit["ok"], true, "an open alarm is no violation");
    let counts = json!({
        "orders": { "pending": 1, "captured": 1, "failed": 1 },
        "paying": 1,
        "refunds": { "pending": 0, "failed": 0 },
        "takings": [{ "currency": "usd", "pending": 99_900, "captured": 99_900, "refunded": 0, "refunding": 0 }],
        "alarms": { "unsettled": 1, "compensating": 0, "capture_failed": 1, "refund_returned": 0 },
    });
    let of = |id: &str| {
        let products = audit["products"].as_array().expect("a list");
        products.iter().find(|product| product["product_id"] == id).expect("it is there")["payments"].clone()
    };
    assert_eq!(of("phone"), counts);
    assert_eq!(of("pad")["orders"], json!({ "pending": 0, "captured": 0, "failed": 0 }));
    let alarm = |kind: &str| {
        json!({
            "alarm": kind,
            "reservation_id": alarming,
            "product_id": "phone",
            "try": 1,
            "payment_id": "pi_4",
        })
    };
    let mut payments = counts;
    payments["open_alarms"] = json!([alarm("unsettled"), alarm("capture_failed")]);
    assert_eq!(audit["payments"], payments);
    let one = shop.get("/v1/audit?product_id=pad").token(VIEWER).send().await.done(200);
    assert_eq!(
        (&one["payments"]["open_alarms"], &one["payments"]["takings"]),
        (&json!([]), &Value::Array(vec![]))
    );
}

#[tokio::test]
async fn the_cluster_is_shown() {
    let shop = open();
    let cluster = shop.get("/v1/cluster").token(VIEWER).send().await.done(200);
    assert_eq!((&cluster["name"], &cluster["nodes"][0]["id"]), (&json!("test"), &json!(1)));
}

#[tokio::test]
async fn a_replacement_tells_how_far_each_shard_is() {
    let shop = open();
    let path = "/v1/cluster/nodes/2/replacement";
    let body = json!({ "new": 4, "peer": "node-4.example.net:9080" });
    let status = shop.put(path).token(ADMIN).json(&body).send().await.done(200);
    let shards = json!([{ "id": 0, "stage": "done" }, { "id": 1, "stage": "catching_up", "behind": 7 }]);
    assert_eq!(status, json!({ "old": 2, "new": 4, "done": false, "shards": shards, "waiting": null }));
    let same = json!({ "new": 2, "peer": "node-2.example.net:9080" });
    let refused = shop.put(path).token(ADMIN).json(&same).send().await.problem(409, "conflict");
    assert_eq!(refused["detail"], "node 2 cannot take its own place");
    let own = "/v1/cluster/nodes/1/replacement";
    let elsewhere = shop.put(own).token(ADMIN).json(&body).send().await.problem(503, "unavailable");
    assert_eq!(elsewhere["detail"], "this node is one that comes or goes: ask another one");
    shop.put(path).token(VIEWER).json(&body).send().await.problem(403, "forbidden");
    for wrong in [json!({ "new": 0, "peer": "a:1" }), json!({ "new": 4, "peer": "a" }), json!({ "new": 4 })] {
        shop.put(path).token(ADMIN).json(&wrong).send().await.problem(400, "invalid_request");
    }
    let nowhere = "/v1/cluster/nodes/two/replacement";
    shop.put(nowhere).token(ADMIN).json(&body).send().await.problem(400, "invalid_request");
}

#[tokio::test]
async fn a_snapshot_comes_as_a_file_with_its_place_in_the_log() {
    let shop = open();
    let path = |shard: &str| format!("/v1/cluster/shards/{shard}/snapshot");
    let reply = shop.get(&path("0")).token(ADMIN).send().await;
    assert_eq!((reply.text(), reply.header("log-index")), ("a snapshot", Some("7")));
    assert_eq!(reply.header("content-length"), Some("10"));
    shop.get(&path("0")).token(VIEWER).send().await.problem(403, "forbidden");
    shop.get(&path("1")).token(ADMIN).send().await.problem(503, "unavailable");
    shop.get(&path("2")).token(ADMIN).send().await.problem(404, "not_found");
    shop.get(&path("one")).token(ADMIN).send().await.problem(400, "invalid_request");
}
