//! Lists: newest first, in pages, filtered.

use serde_json::{Value, json};

use crate::fixture::{Fixture, SERVICE, VIEWER, open};

async fn sale() -> Fixture {
    let shop = open();
    for product in ["phone", "pad"] {
        shop.put_product(product, json!({})).await.done(201);
    }
    for buyer in ["b-1", "b-2", "b-3"] {
        shop.reserve("phone", buyer).await;
    }
    shop.buy("phone", "b-4").await;
    shop.buy("pad", "b-1").await;
    shop
}

async fn buyers(shop: &Fixture, path: &str) -> Vec<String> {
    let page = shop.get(path).token(VIEWER).send().await.done(200);
    let data = page["data"].as_array().expect("an array");
    data.iter().map(|one| one["buyer_id"].as_str().expect("a buyer").to_owned()).collect()
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let shop = sale().await;
    let mut path = "/v1/reservations?limit=2".to_owned();
    let mut ids = Vec::new();
    let mut pages = 0;
    loop {
        let page = shop.get(&path).token(VIEWER).send().await.done(200);
        pages += 1;
        ids.extend(page["data"].as_array().expect("an array").iter().map(|one| one["id"].to_string()));
        let Value::String(cursor) = &page["next_cursor"] else {
            assert_eq!(page["has_more"], false);
            break;
        };
        path = format!("/v1/reservations?limit=2&after={cursor}");
    }
    assert_eq!((pages, ids.len()), (3, 5));
    assert!(ids.is_sorted_by(|a, b| a > b), "{ids:?}");
}

#[tokio::test]
async fn a_products_lists_are_filtered_by_state_and_buyer() {
    let shop = sale().await;
    let of = async |query: &str| {
        let mut buyers = buyers(&shop, &format!("/v1/products/phone/{query}")).await;
        buyers.sort();
        buyers
    };
    assert_eq!(of("reservations").await, ["b-1", "b-2", "b-3", "b-4"]);
    assert_eq!(of("reservations?status=held").await, ["b-1", "b-2", "b-3"]);
    assert_eq!(of("reservations?status=paid&buyer_id=b-4").await, ["b-4"]);
    assert_eq!(of("reservations?buyer_id=b-1").await, ["b-1"]);
    assert_eq!(of("orders").await, ["b-4"]);
    assert_eq!(of("orders?status=refunded").await, [""; 0]);
    assert_eq!(of("orders?status=cancelled").await, [""; 0]);
    assert_eq!(of("orders?buyer_id=b-1").await, [""; 0]);
    for list in ["reservations", "orders"] {
        let path = format!("/v1/products/nothing/{list}");
        shop.get(&path).token(VIEWER).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_buyers_list_is_filtered_by_state() {
    let shop = sale().await;
    let page = shop.get("/v1/reservations?status=paid").buyer("b-1").send().await.done(200);
    assert_eq!(page["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["data"][0]["product_id"], "pad");
    let orders = shop.get("/v1/orders?status=confirmed").buyer("b-1").send().await.done(200);
    assert_eq!(orders["data"][0]["product_id"], "pad");
    assert_eq!((&orders["has_more"], &orders["next_cursor"]), (&json!(false), &Value::Null));
}

#[tokio::test]
async fn what_a_list_does_not_take_is_named() {
    let shop = sale().await;
    for (path, words) in [
        ("/v1/reservations?limit=0", ["`limit`", "1 to 100"]),
        ("/v1/reservations?limit=101", ["`limit`", "1 to 100"]),
        ("/v1/orders?limit=ten", ["`limit`", "1 to 100"]),
        ("/v1/orders?limit=", ["`limit`", "1 to 100"]),
        ("/v1/orders?limit=-1", ["`limit`", "1 to 100"]),
        ("/v1/products?limit=99999999999999999999", ["`limit`", "1 to 100"]),
        ("/v1/reservations?after=x", ["`after`", "next_cursor"]),
        ("/v1/products?after=a%20b", ["`after`", "next_cursor"]),
        ("/v1/orders?after=%FF", ["`after`", "next_cursor"]),
        ("/v1/reservations?status=gone", ["`status`", "\"held\""]),
        ("/v1/orders?status=held", ["`status`", "\"confirmed\""]),
        ("/v1/products/phone/orders?buyer_id=", ["`buyer_id`", "1 to 64"]),
        ("/v1/reservations?buyer_id=b-1", ["`buyer_id`", "`limit`"]),
        ("/v1/products?limt=1", ["`limt`", "`limit`"]),
        ("/v1/orders?limit=1&limit=2", ["`limit`", "twice"]),
        ("/v1/audit?product=phone", ["`product`", "`product_id`"]),
        ("/v1/audit?product_id=a/b", ["`product_id`", "1 to 64"]),
    ] {
        shop.get(path).token(VIEWER).send().await.names(400, "invalid_request", &words);
    }
}

#[tokio::test]
async fn lists_that_cannot_be_read_are_unavailable() {
    let shop = sale().await;
    shop.house.breaks_lists();
    for path in ["/v1/reservations", "/v1/orders", "/v1/products/phone/reservations"] {
        let reply = shop.get(path).token(SERVICE).send().await;
        reply.problem(503, "unavailable");
        assert_eq!(reply.header("retry-after"), Some("1"));
        assert!(!reply.text().contains("the test broke them"));
    }
}
