//! `flashsale audit`: whether everything adds up.

use super::shape::AuditReport;
use super::table::Table;
use super::{Call, Error, Target};

/// What is audited.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this product.
    #[arg(long, value_name = "ID")]
    product: Option<String>,
    #[command(flatten)]
    target: Target,
}

/// Lets the cluster audit itself.
pub(super) async fn run(args: Args) -> Result<(), Error> {
    let reply = args.target.api()?.call(Call::get("/v1/audit").query("product_id", args.product)).await?;
    let json = args.target.json.then(|| reply.text.clone());
    let report: AuditReport = reply.read()?;
    match json {
        Some(text) => crate::output::line(&text),
        None => crate::output::line(show(&report)),
    }
    if report.ok { Ok(()) } else { Err(Error::Violations { count: report.violations.len() }) }
}

fn show(report: &AuditReport) -> String {
    let rows = report.products.iter().map(|product| {
        let counts =
            [product.node, product.total, product.available, product.held, product.sold, product.orders];
        let [node, total, available, held, sold, orders] = counts.map(|count| count.to_string());
        [product.product_id.clone(), node, total, available, held, sold, orders]
    });
    let headings = ["product", "node", "total", "available", "held", "sold", "orders"];
    let table = Table::new(headings).rows(rows).render();
    let verdict = if report.ok { "everything adds up".to_owned() } else { report.violations.join("\n") };
    format!("{table}\n{verdict}")
}
