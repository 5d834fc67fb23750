//! Orders, as a node lists them.

use std::time::SystemTime;

use reqwest::Method;
use serde_json::Value;

use super::api::Api;
use super::door::Errand;
use super::settings::ADMIN;

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) reservation: String,
    /// The intent that pays it.
    pub(crate) payment: String,
    pub(crate) amount: i64,
    pub(crate) refunded: i64,
    pub(crate) status: String,
    pub(crate) capture: String,
    pub(crate) created_at: SystemTime,
}

impl Order {
    /// Reads an order; an amount or a time that is missing is one that no order has.
    pub(crate) fn read(order: &Value) -> Order {
        let text = |field: &str| order[field].as_str().unwrap_or_default().to_owned();
        let amount = |field: &str| order[field].as_i64().unwrap_or(-1);
        Order {
            id: text("id"),
            reservation: text("reservation_id"),
            payment: text("payment_id"),
            amount: amount("amount"),
            refunded: amount("refunded_amount"),
            status: text("status"),
            capture: text("capture"),
            created_at: moment(order, "created_at").unwrap_or(SystemTime::UNIX_EPOCH),
        }
    }
}

/// A time that an object has.
pub(crate) fn moment(object: &Value, field: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339(object[field].as_str()?).ok()
}

/// All orders of a product, as a node lists them; nothing if it does not answer.
pub(crate) async fn orders(api: &Api, node: u64, product: &str) -> Option<Vec<Order>> {
    let (mut orders, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/products/{product}/orders?limit=100{after}");
        let page = api.door.send(node, &Errand::new(Method::GET, path).token(ADMIN)).await.ok()?;
        orders.extend(page.body["data"].as_array()?.iter().map(Order::read));
        match page.body["next_cursor"].as_str() {
            Some(cursor) => after = format!("&after={cursor}"),
            None => return Some(orders),
        }
    }
}
