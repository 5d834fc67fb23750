//! What operators look at.

use serde_json::json;

use crate::fixture::{VIEWER, open};

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
async fn the_cluster_is_shown() {
    let shop = open();
    let cluster = shop.get("/v1/cluster").token(VIEWER).send().await.done(200);
    assert_eq!((&cluster["name"], &cluster["nodes"][0]["id"]), (&json!("test"), &json!(1)));
}
