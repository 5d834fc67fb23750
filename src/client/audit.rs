//! `flashsale audit`: whether everything adds up.

mod payments;

use super::shape::AuditReport;
use super::table::Table;
use super::{Call, Error, Target};

/// Lets the cluster audit itself; exit status 1 unless everything adds up.
///
/// Every replica that is reached recounts its units against reservations and orders, and its orders against charges and
/// refunds; replicas are compared where they have applied as much. Open alarms are listed: they are no violations, and
/// somebody has to look at them.
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
    [Some(table), payments::show(report), Some(verdict(report))]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n")
}

fn verdict(report: &AuditReport) -> String {
    let mut said = report.violations.clone();
    let (reached, missing) = (&report.reached, &report.not_reached);
    match (report.ok, missing.is_empty()) {
        (true, true) => said.push("everything adds up".to_owned()),
        (true, false) => {
            let verb = if reached.len() == 1 { "adds" } else { "add" };
            said.push(format!("{} {verb} up; {} could not be asked", nodes(reached), nodes(missing)));
        }
        (false, true) => {}
        (false, false) => said.push(format!("{} could not be asked", nodes(missing))),
    }
    said.extend(payments::verdict(&report.payments));
    said.join("\n")
}

/// Nodes as a sentence names them: `node 2`, `nodes 1 and 3`, `nodes 1, 2 and 3`.
fn nodes(ids: &[u64]) -> String {
    let ids: Vec<String> = ids.iter().map(u64::to_string).collect();
    match ids.split_last() {
        None => "no node".to_owned(),
        Some((only, [])) => format!("node {only}"),
        Some((last, others)) => format!("nodes {} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::PaymentAudit;
    use super::*;

    fn report(ok: bool, violations: &[&str], reached: &[u64], not_reached: &[u64]) -> AuditReport {
        AuditReport {
            ok,
            violations: violations.iter().map(|violation| (*violation).to_owned()).collect(),
            reached: reached.to_vec(),
            not_reached: not_reached.to_vec(),
            products: Vec::new(),
            payments: PaymentAudit::default(),
        }
    }

    #[test]
    fn the_verdict_is_of_those_who_were_asked() {
        assert_eq!(verdict(&report(true, &[], &[1, 2, 3], &[])), "everything adds up");
        let two = report(true, &[], &[1, 3], &[2]);
        assert_eq!(verdict(&two), "nodes 1 and 3 add up; node 2 could not be asked");
        let one = report(false, &["shard 0: it does not"], &[1], &[2, 3]);
        assert_eq!(verdict(&one), "shard 0: it does not\nnodes 2 and 3 could not be asked");
        assert_eq!(verdict(&report(false, &["it does not"], &[1, 2, 3], &[])), "it does not");
    }

    #[test]
    fn open_alarms_are_told_beside_the_verdict() {
        let mut good = report(true, &[], &[1, 2, 3], &[]);
        good.payments.counts.alarms.unsettled = 1;
        let one = "1 payment alarm is open: it is no violation, and somebody has to look at it";
        assert_eq!(verdict(&good), format!("everything adds up\n{one}"));
        good.payments.counts.alarms.capture_failed = 6;
        assert!(verdict(&good).starts_with("everything adds up\n7 payment alarms are open"));
    }
}
