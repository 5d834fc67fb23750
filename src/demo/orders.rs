//! All orders of the product, as a node lists them.

use super::Error;
use super::plan::Plan;
use crate::client::{Api, Call, List, Order};

/// Reads a node's list of orders to its end.
pub(super) async fn all(api: &Api) -> Result<Vec<Order>, Error> {
    let mut orders = Vec::new();
    let mut after = None;
    loop {
        let call = Call::get(format!("/v1/products/{}/orders", Plan::PRODUCT)).query("limit", Some("100"));
        let page: List<Order> = api.call(call.query("after", after)).await?.read()?;
        orders.extend(page.data);
        match page.next_cursor.filter(|_| page.has_more) {
            Some(cursor) => after = Some(cursor),
            None => return Ok(orders),
        }
    }
}
