//! The product to try things out with.

use serde_json::json;

use super::{Error, Local};
use crate::client::{self, Call};

/// Its id.
pub(super) const ID: &str = "sample";

/// Makes the sample product, unless an earlier `up` made it.
pub(super) async fn make(cluster: &Local) -> Result<(), Error> {
    let api = cluster.api()?;
    let path = format!("/v1/products/{ID}");
    match api.call(Call::get(&path)).await {
        Err(client::Error::Refused { status: 404, .. }) => {}
        found => return Ok(found.map(drop)?),
    }
    let product = json!({
        "name": "A sample", "price": {"amount": 1999, "currency": "usd"}, "stock": 100, "payment": "external"
    });
    api.call(Call::put(path, product)).await?;
    Ok(())
}

/// A reservation to paste.
pub(super) fn curl(cluster: &Local) -> String {
    let url = cluster.nodes.first().map(super::node::Node::url).unwrap_or_default();
    format!(
        "curl -si {url}/v1/products/{ID}/reservations -H 'Buyer-Id: alice' -H 'Idempotency-Key: alice-1' \
         -H 'Content-Type: application/json' -d '{{\"quantity\": 1}}'"
    )
}
