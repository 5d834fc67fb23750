//! Products whose price the provider would not charge: refused when they are put, by the same bounds as the provider's own.

use payment::Amounts;
use reqwest::Method;
use serde_json::json;

use crate::cluster::{ADMIN, Answer, Card, Cluster, Dashboard, Errand};
use crate::sale::Sale;
use crate::shop::{Shop, assert_refused};

/// Currencies of every kind: with a minimum and without, in tens, in hundredths, and with twelve digits.
const CURRENCIES: [&str; 10] = ["usd", "gbp", "huf", "thb", "czk", "jpy", "krw", "kwd", "isk", "idr"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_product_is_put_where_and_only_where_the_provider_charges_its_price() {
    let Sale { cluster, bank, .. } = Sale::open(1, "").await;
    let shop = Shop { cluster: &cluster };
    let provider = Dashboard::of(&cluster);
    for (number, currency) in CURRENCIES.into_iter().enumerate() {
        let Amounts { least, most, step } =
            Amounts::of(currency.parse().expect("a code")).expect("it is taken");
        let highest = (most / step * step).min(engine::limits::AMOUNT_MAX);
        // The rates of an account are not what this is about.
        let key =
            simulator::Account::numbered(u16::try_from(number % 4 + 1).expect("one of four")).secret_key;
        for amount in [least - step, least, highest, most + 1] {
            let form = format!("amount={amount}&currency={currency}");
            let charged = provider.post(&key, "/v1/payment_intents", &form).await;
            let is_good = (least..=most).contains(&amount);
            assert_eq!(charged.status == 200, is_good, "{amount} {currency}: {charged:?}");
            if amount <= engine::limits::AMOUNT_MAX {
                let put = put(&shop, currency, amount, currency).await;
                assert_eq!(put.is_done(), is_good, "{amount} {currency}: {put:?}");
            }
        }
    }
    let unknown = put(&shop, "unknown", 5_000, "xxx").await;
    assert_refused(&unknown, 400, "invalid_request");
    assert!(unknown.text("detail").contains("`price.currency`"), "{unknown:?}");
    let free = put(&shop, "free", 0, "usd").await;
    assert_refused(&free, 400, "invalid_request");
    assert!(free.text("detail").contains("`price.amount` takes an integer from 50"), "{free:?}");
    for product in ["unknown", "free"] {
        let errand = Errand::new(Method::GET, format!("/v1/products/{product}"));
        assert_refused(&shop.ask(&errand).await, 404, "not_found");
    }
    cheapest_is_paid(&cluster, &shop).await;
    bank.settles().await;
    assert!(bank.ledger().iter().any(|intent| intent.captured == 50), "it was charged");
}

/// The least that can be charged is charged.
async fn cheapest_is_paid(cluster: &Cluster, shop: &Shop<'_>) {
    let product = put(shop, "cheapest", 50, "usd").await;
    assert_eq!(product.status, 201, "{product:?}");
    let held = shop.holds("alice", "cheapest").await;
    assert_eq!(shop.pays("alice", &held, "card", Card::GOOD.method).await.status, 202);
    shop.becomes("alice", &held, |seen| seen["status"] == "paid").await;
    assert!(cluster.api.audit(1).await.expect("it answers")["ok"].as_bool().unwrap_or(false));
}

async fn put(shop: &Shop<'_>, product: &str, amount: u64, currency: &str) -> Answer {
    let price = json!({ "amount": amount, "currency": currency });
    let body = json!({ "name": product, "price": price, "stock": 1, "payment": "provider" });
    let errand = Errand::new(Method::PUT, format!("/v1/products/{product}")).token(ADMIN).body(body);
    shop.ask(&errand).await
}
