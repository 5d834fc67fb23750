//! A gateway over a house, and the steps that most tests begin with.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::Method;
use gateway::{App, Buyers, Config, Gateway, Role, Tokens};
use prometheus_client::registry::Registry;
use serde_json::{Value, json};

use crate::client::{Call, Reply};
use crate::house::House;

pub(crate) const VIEWER: &str = "viewer-token";
pub(crate) const SERVICE: &str = "service-token";
pub(crate) const ADMIN: &str = "admin-token";

/// A gateway, its house, and the app that the node's listener has.
pub(crate) struct Fixture {
    pub(crate) house: Arc<House>,
    pub(crate) gateway: Gateway<House, House, House, House>,
    pub(crate) app: App,
}

/// A configuration with a token or two for every role.
pub(crate) fn config(buyers: Buyers) -> Config {
    let mut tokens = Tokens::default();
    for (role, token) in [
        (Role::Viewer, VIEWER),
        (Role::Viewer, "second-viewer-token"),
        (Role::Service, SERVICE),
        (Role::Admin, ADMIN),
        (Role::Admin, "second-admin-token"),
    ] {
        tokens.add(role, token).expect("a well-formed token");
    }
    Config { buyers, tokens, request_deadline: Duration::from_secs(20), ..Config::default() }
}

/// A gateway in which a buyer only says who they are.
pub(crate) fn open() -> Fixture {
    Fixture::with(config(Buyers::Open))
}

/// A gateway in which a shop speaks for buyers.
pub(crate) fn service() -> Fixture {
    Fixture::with(config(Buyers::Service))
}

impl Fixture {
    pub(crate) fn with(config: Config) -> Fixture {
        let house = House::new();
        let registry = Arc::new(Mutex::new(Registry::default()));
        let ports = gateway::House {
            sale: house.clone(),
            lists: house.clone(),
            operations: house.clone(),
            payments: house.clone(),
        };
        let gateway = Gateway::new(config, ports, registry);
        Fixture { app: gateway.app(), house, gateway }
    }

    pub(crate) fn get(&self, path: &str) -> Call {
        Call::new(&self.app, Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Call {
        Call::new(&self.app, Method::POST, path)
    }

    pub(crate) fn put(&self, path: &str) -> Call {
        Call::new(&self.app, Method::PUT, path)
    }

    pub(crate) fn delete(&self, path: &str) -> Call {
        Call::new(&self.app, Method::DELETE, path)
    }

    /// Puts a product with these fields beside the usual ones.
    pub(crate) async fn put_product(&self, id: &str, fields: Value) -> Reply {
        let path = format!("/v1/products/{id}");
        self.put(&path).token(ADMIN).json(&product(fields)).send().await
    }

    /// An operator's call without a body.
    pub(crate) async fn operate(&self, path: &str, key: &str) -> Reply {
        self.post(path).token(ADMIN).key(key).send().await
    }

    /// An attempt, in a gateway that is open.
    pub(crate) fn attempt(&self, product: &str, buyer: &str, key: &str, quantity: u32) -> Call {
        self.post(&format!("/v1/products/{product}/reservations"))
            .buyer(buyer)
            .key(key)
            .json(&json!({ "quantity": quantity }))
    }

    /// A reservation of one unit; its id.
    pub(crate) async fn reserve(&self, product: &str, buyer: &str) -> String {
        let reply = self.attempt(product, buyer, &format!("of-{buyer}"), 1).token(SERVICE).send().await;
        reply.done(201);
        reply.member("id")
    }

    /// A reservation of one unit that is confirmed; its order's id.
    pub(crate) async fn buy(&self, product: &str, buyer: &str) -> String {
        let reservation = self.reserve(product, buyer).await;
        let reply = self.confirm(&reservation, 99_900, "usd").send().await;
        reply.done(200);
        reply.member("order_id")
    }

    /// A confirmation that the shop makes.
    pub(crate) fn confirm(&self, reservation: &str, amount: u64, currency: &str) -> Call {
        let body = json!({ "payment_reference": "pay-1", "amount": amount, "currency": currency });
        self.post(&format!("/v1/reservations/{reservation}/confirm")).token(SERVICE).json(&body)
    }

    /// The stock of a product as four numbers: total, available, held, sold.
    pub(crate) async fn stock(&self, product: &str) -> [u64; 4] {
        let reply = self.get(&format!("/v1/products/{product}/stock")).token(VIEWER).send().await;
        let json = reply.done(200);
        ["total", "available", "held", "sold"].map(|name| json[name].as_u64().expect("a number"))
    }
}

/// A product's usual fields, overlaid with others.
pub(crate) fn product(fields: Value) -> Value {
    let mut product = json!({
        "name": "Phone", "price": { "amount": 99_900, "currency": "usd" }, "stock": 10, "payment": "external",
    });
    let object = product.as_object_mut().expect("an object");
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    product
}
