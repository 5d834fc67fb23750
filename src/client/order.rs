//! `flashsale order`: what was sold.

use clap::Subcommand;
use serde_json::json;

use super::shape::{List, Order, Refund};
use super::table::{self, Table};
use super::{Call, Error, Target, path};

/// What can be done with orders.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists a product's orders, newest first.
    List {
        /// The product.
        #[arg(long, value_name = "ID")]
        product: String,
        /// Only those in this status.
        #[arg(long, value_parser = ["confirmed", "partially_refunded", "refunded", "cancelled"])]
        status: Option<String>,
        /// Only this buyer's.
        #[arg(long, value_name = "ID")]
        buyer: Option<String>,
        /// How many, from 1 to 100.
        #[arg(long, value_name = "N")]
        limit: Option<u16>,
        /// From behind the cursor that the page before ended with.
        #[arg(long, value_name = "CURSOR")]
        after: Option<String>,
        #[command(flatten)]
        target: Target,
    },
    /// Gives money back: by the payment provider if it took it; else it records what the shop gave back itself.
    Refund {
        /// The order.
        id: String,
        /// How much, in minor units [default: all that is left].
        #[arg(long, value_parser = super::minor_units)]
        amount: Option<u64>,
        /// Put the units back on sale; only with the refund that completes the order's amount.
        #[arg(long)]
        restock: bool,
        #[command(flatten)]
        target: Target,
    },
}

/// Does what a command asks for.
pub(super) async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::List { product, status, buyer, limit, after, target } => {
            let call = Call::get(path::of_product(&product, "/orders"))
                .query("status", status)
                .query("buyer_id", buyer)
                .query("limit", limit.map(|limit| limit.to_string()))
                .query("after", after);
            target.ask(call, list).await
        }
        Command::Refund { id, amount, restock, target } => {
            let body = json!({"amount": amount, "restock": restock});
            let call = Call::post(format!("/v1/orders/{}/refunds", path::segment(&id)), Some(body));
            target.ask(call, refund).await
        }
    }
}

fn list(orders: List<Order>) -> String {
    let headings = ["order", "status", "units", "amount", "refunded", "buyer", "made"];
    let rows = orders.data.into_iter().map(|order| {
        let amount = format!("{} {}", order.amount, order.currency);
        let (units, refunded) = (order.quantity.to_string(), order.refunded_amount.to_string());
        [order.id, order.status, units, amount, refunded, order.buyer_id, order.created_at]
    });
    let table = Table::new(headings).rows(rows).render();
    table::with_cursor(table, orders.next_cursor.filter(|_| orders.has_more))
}

fn refund(refund: Refund) -> String {
    let Refund { id, order_id, amount, currency, status } = refund;
    format!("refund {id} of {amount} {currency} for order {order_id}: {status}")
}
