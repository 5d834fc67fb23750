//! `flashsale product`: what is sold.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::shape::{Adjustment, List, Product};
use super::table::Table;
use super::{Call, Error, Target};

/// What can be done with products.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Creates a product, or changes it to be exactly as said here.
    ///
    /// Repeating it changes nothing. What is not said is left to its default. The initial stock cannot be changed: that
    /// is what `adjust` is for.
    Put(PutArgs),
    /// Lists products with their stock.
    List {
        /// How many, from 1 to 100.
        #[arg(long, value_name = "N")]
        limit: Option<u16>,
        /// From behind the cursor that the page before ended with.
        #[arg(long, value_name = "CURSOR")]
        after: Option<String>,
        #[command(flatten)]
        target: Target,
    },
    /// Shows a product.
    Show {
        /// The product.
        id: String,
        #[command(flatten)]
        target: Target,
    },
    /// Adds units to a product's stock, or takes free ones away.
    Adjust {
        /// The product.
        id: String,
        /// How many units more, or less.
        #[arg(long, allow_negative_numbers = true, value_name = "UNITS")]
        delta: i64,
        /// Why, for the record.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        target: Target,
    },
    /// Takes no more attempts for a product until it is resumed. Holds and payments go on.
    Pause {
        /// The product.
        id: String,
        #[command(flatten)]
        target: Target,
    },
    /// Takes a product out of sale for good. Holds, payments and orders go on; it cannot be undone.
    Archive {
        /// The product.
        id: String,
        #[command(flatten)]
        target: Target,
    },
    /// Takes attempts for a product again.
    Resume {
        /// The product.
        id: String,
        #[command(flatten)]
        target: Target,
    },
}

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
    target: Target,
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

/// Does what a command asks for.
pub(super) async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Put(args) => put(args).await,
        Command::List { limit, after, target } => {
            let call = Call::get("/v1/products").query("limit", limit.map(|limit| limit.to_string()));
            target.ask(call.query("after", after), list).await
        }
        Command::Show { id, target } => target.ask(Call::get(path(&id, "")), show).await,
        Command::Adjust { id, delta, reason, target } => {
            let body = json!({"delta": delta, "reason": reason});
            let call = Call::post(path(&id, "/stock-adjustments"), Some(body));
            let told = |made: Adjustment| format!("{id}: {:+} units ({})", made.delta, made.reason);
            target.ask(call, told).await
        }
        Command::Pause { id, target } => target.ask(Call::post(path(&id, "/pause"), None), show).await,
        Command::Archive { id, target } => target.ask(Call::post(path(&id, "/archive"), None), show).await,
        Command::Resume { id, target } => target.ask(Call::post(path(&id, "/resume"), None), show).await,
    }
}

async fn put(args: PutArgs) -> Result<(), Error> {
    let body = match &args.file {
        Some(path) => read(path)?,
        None => args.facts.body(),
    };
    let mut call = Call::put(path(&args.id, ""), body);
    if let Some(revision) = args.if_match {
        call = call.header("If-Match", etag(&revision));
    }
    args.target.ask(call, show).await
}

fn read(path: &PathBuf) -> Result<Value, Error> {
    let wrong = |reason: String| Error::ProductFile { path: path.clone(), reason };
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

/// The path of a product, or of something below it.
pub(super) fn path(id: &str, rest: &str) -> String {
    format!("/v1/products/{}{rest}", segment(id))
}

/// An id that is none may have a slash in it: the server shall see it as one segment, and say what is wrong.
pub(super) fn segment(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let escaped = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    id.bytes().map(escaped).collect()
}

fn list(products: List<Product>) -> String {
    let headings = ["product", "status", "price", "total", "available", "held", "sold", "name"];
    let rows = products.data.into_iter().map(|product| {
        let stock = product.current_stock;
        let price = format!("{} {}", product.price.amount, product.price.currency);
        let counts = [stock.total, stock.available, stock.held, stock.sold].map(|count| count.to_string());
        let [total, available, held, sold] = counts;
        [product.id, product.status, price, total, available, held, sold, product.name]
    });
    let table = Table::new(headings).rows(rows).render();
    super::table::with_cursor(table, products.next_cursor.filter(|_| products.has_more))
}

fn show(product: Product) -> String {
    let stock = product.current_stock;
    let counts = format!(
        "{} = {} available + {} held + {} sold",
        stock.total, stock.available, stock.held, stock.sold
    );
    let rows = [
        ("product", product.id),
        ("name", product.name),
        ("status", product.status),
        ("stock", counts),
        ("price", format!("{} {}", product.price.amount, product.price.currency)),
        ("payment", product.payment),
        ("per buyer", product.max_per_buyer.to_string()),
        ("hold", format!("{} s", product.hold_seconds)),
        ("opens", product.opens_at.unwrap_or_else(|| "at once".to_owned())),
        ("closes", product.closes_at.unwrap_or_else(|| "never".to_owned())),
        ("revision", product.revision.to_string()),
    ];
    rows.map(|(name, value)| format!("{name:<9}  {value}")).join("\n")
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
