//! `flashsale product put`: how a product shall be, from the command line or from a file.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::{Call, Error, Target, path};

/// How a product shall be.
#[derive(Debug, clap::Args)]
pub(crate) struct PutArgs {
    /// The product: 1 to 64 characters of A-Z a-z 0-9 _ . - ; what stands before the first dot is its group.
    id: String,
    /// Read all of it from a file, a JSON object as `PUT /v1/products/ID` takes it or `product show --json` prints it.
    #[arg(long, value_name = "FILE", conflicts_with = "facts")]
    file: Option<PathBuf>,
    #[command(flatten)]
    facts: Facts,
    /// Only if the product is at this revision, as `product show` prints it.
    #[arg(long, value_name = "REVISION")]
    if_match: Option<String>,
    #[command(flatten)]
    pub(super) target: Target,
}

#[derive(Debug, clap::Args)]
#[group(id = "facts", multiple = true)]
struct Facts {
    /// What it is called.
    #[arg(long, required_unless_present = "file")]
    name: Option<String>,
    /// What one unit costs, in minor units (cents).
    #[arg(long, value_name = "AMOUNT", required_unless_present = "file", value_parser = super::minor_units)]
    price: Option<u64>,
    /// The price's currency, like usd.
    #[arg(long, value_name = "CODE", required_unless_present = "file")]
    currency: Option<String>,
    /// How many units there are at first.
    #[arg(long, value_name = "UNITS", required_unless_present = "file")]
    stock: Option<u64>,
    /// How many units one buyer may hold and have bought [default: 1].
    #[arg(long, value_name = "UNITS")]
    max_per_buyer: Option<u32>,
    /// The same over all products of the group [default: no limit].
    #[arg(long, value_name = "UNITS")]
    max_per_buyer_in_group: Option<u32>,
    /// How long a hold lasts, from 1 to 86400 [default: 600].
    #[arg(long, value_name = "SECONDS")]
    hold_seconds: Option<u32>,
    /// When the sale opens, like 2026-11-27T09:00:00Z [default: now].
    #[arg(long, value_name = "TIME")]
    opens_at: Option<String>,
    /// When it closes [default: never].
    #[arg(long, value_name = "TIME")]
    closes_at: Option<String>,
    /// Who takes the payment: `provider`, `external` (the shop confirms) or `none` (a hold is an order at once) [default:
    /// provider].
    #[arg(long, value_name = "MODE")]
    payment: Option<String>,
}

impl Facts {
    fn body(&self) -> Value {
        let facts = [
            ("name", json!(self.name)),
            ("price", json!({"amount": self.price, "currency": self.currency})),
            ("stock", json!(self.stock)),
            ("max_per_buyer", json!(self.max_per_buyer)),
            ("max_per_buyer_in_group", json!(self.max_per_buyer_in_group)),
            ("hold_seconds", json!(self.hold_seconds)),
            ("opens_at", json!(self.opens_at)),
            ("closes_at", json!(self.closes_at)),
            ("payment", json!(self.payment)),
        ];
        let said = facts.into_iter().filter(|(_, fact)| !fact.is_null());
        Value::Object(said.map(|(name, fact)| (name.to_owned(), fact)).collect::<Map<_, _>>())
    }
}

impl PutArgs {
    /// The call that makes the product so.
    pub(super) fn call(&self) -> Result<Call, Error> {
        let body = match &self.file {
            Some(path) => read(path)?,
            None => self.facts.body(),
        };
        let call = Call::put(path::of_product(&self.id, ""), body);
        Ok(match &self.if_match {
            Some(revision) => call.header("If-Match", etag(revision)),
            None => call,
        })
    }
}

fn read(path: &Path) -> Result<Value, Error> {
    let wrong = |reason: String| Error::ProductFile { path: path.to_owned(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let product = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(without_what_is_the_servers(product))
}

/// What a product shows beside what a `PUT` takes.
const THE_SERVERS: [&str; 5] = ["id", "status", "current_stock", "revision", "created_at"];

/// A product as it is put, out of one as it was shown.
fn without_what_is_the_servers(mut product: Value) -> Value {
    if let Some(members) = product.as_object_mut() {
        members.retain(|name, _| !THE_SERVERS.contains(&name.as_str()));
    }
    product
}

/// The ETag of a revision. What is no plain number is an ETag already, or a mistake for the server to name.
fn etag(revision: &str) -> String {
    let plain = !revision.is_empty() && revision.bytes().all(|byte| byte.is_ascii_digit());
    if plain { format!("\"{revision}\"") } else { revision.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_as_it_was_shown_can_be_put() {
        let shown = json!({
            "id": "x", "name": "X", "stock": 5, "opens_at": null, "status": "open", "revision": 1,
            "created_at": "2026-11-27T09:00:00.000Z", "current_stock": {"total": 5},
        });
        let put = json!({"name": "X", "stock": 5, "opens_at": null});
        assert_eq!(without_what_is_the_servers(shown), put);
        assert_eq!(without_what_is_the_servers(put.clone()), put);
        assert_eq!(without_what_is_the_servers(json!([1])), json!([1]));
    }

    #[test]
    fn a_revision_needs_no_quotes() {
        assert_eq!(etag("12"), "\"12\"");
        assert_eq!(etag("\"12\""), "\"12\"");
        assert_eq!(etag("*"), "*");
        assert_eq!(etag(""), "");
    }
}
