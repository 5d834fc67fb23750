//! `flashsale product`: what is sold.

use clap::Subcommand;
use serde_json::json;

use super::path::of_product as path;
use super::put::PutArgs;
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

/// Does what a command asks for.
pub(super) async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Put(args) => args.target.ask(args.call()?, show).await,
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
