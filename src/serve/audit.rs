//! The self-audit: whether the books of every replica add up, and whether the replicas agree.

mod payments;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use engine::ShardId;
use engine::snapshot::ProductAudit as Recount;
use gateway::port::{AuditReport, PaymentCounts, ProductAudit, ReplicaHash, ShardAudit};
use raft::node::{Audited, Report};

/// The newest log index at which all of `reports` know their state hash.
pub(super) fn common_index(reports: &[Report]) -> Option<u64> {
    let mut indexes = reports
        .iter()
        .filter_map(audited)
        .map(|audited| audited.hashes.iter().map(|&(index, _)| index).collect::<BTreeSet<u64>>());
    let first = indexes.next()?;
    indexes.fold(first, |common, of_one| &common & &of_one).last().copied()
}

/// What the reports of `nodes` come to.
pub(super) fn judge(nodes: &BTreeSet<u64>, reports: &[(ShardId, Vec<Report>)]) -> AuditReport {
    let mut violations = Vec::new();
    let (mut products, mut shards, mut payments) = (Vec::new(), Vec::new(), payments::Total::default());
    for (shard, reports) in reports {
        if reports.len() * 2 <= nodes.len() {
            let (reached, all) = (reports.len(), nodes.len());
            violations.push(format!("shard {shard}: only {reached} of {all} replicas could be reached"));
        }
        shards.push(compare(*shard, reports, &mut violations));
        payments.add(reports);
        for report in reports {
            let Some(audited) = audited(report) else { continue };
            if !audited.hash_holds {
                violations.push(format!(
                    "shard {shard} on node {}: the state is not what its hash says",
                    report.node
                ));
            }
            products.extend(
                audited.products.iter().map(|recount| product(report, audited, recount, &mut violations)),
            );
            violations.extend(payments::violations(report.node, audited));
        }
    }
    let (reached, not_reached) =
        nodes.iter().partition(|&&node| reports.iter().all(|of| reports_of(node, of)));
    let (ok, payments) = (violations.is_empty(), payments.told());
    AuditReport { ok, violations, reached, not_reached, products, shards, payments }
}

fn reports_of(node: u64, (_, reports): &(ShardId, Vec<Report>)) -> bool {
    reports.iter().any(|report| report.node == node)
}

fn audited(report: &Report) -> Option<&Audited> {
    report.audited.as_ref()
}

fn compare(shard: ShardId, reports: &[Report], violations: &mut Vec<String>) -> ShardAudit {
    let index = common_index(reports);
    let mut hashes = BTreeMap::new();
    for report in reports {
        let known = audited(report).into_iter().flat_map(|audited| &audited.hashes);
        let at_index = known.filter(|(at, _)| Some(*at) == index).map(|&(_, hash)| hash).next();
        if let Some(hash) = at_index {
            hashes.insert(report.node, hash);
        }
    }
    match index {
        None if reports.len() > 1 => {
            violations
                .push(format!("shard {shard}: the replicas could not be compared, one is too far behind"));
        }
        Some(index) if hashes.values().collect::<BTreeSet<_>>().len() > 1 => {
            violations.push(format!(
                "shard {shard}: the replicas' states differ at log index {index}: {hashes:x?}"
            ));
        }
        _ => {}
    }
    let hashes = hashes.into_iter().map(|(node, hash)| ReplicaHash { node, hash: format!("{hash:016x}") });
    ShardAudit { shard: shard.0, index, hashes: hashes.collect() }
}

fn product(
    report: &Report,
    audited: &Audited,
    recount: &Recount,
    violations: &mut Vec<String>,
) -> ProductAudit {
    let stock = recount.stock;
    let at = format!("product {} on node {} at log index {}", recount.product, report.node, audited.index);
    if stock.available.checked_add(stock.held).and_then(|sum| sum.checked_add(stock.sold))
        != Some(stock.total)
    {
        violations.push(format!(
            "{at}: available {} + held {} + sold {} is not total {}",
            stock.available, stock.held, stock.sold, stock.total
        ));
    }
    if recount.counted_held != stock.held {
        violations.push(format!(
            "{at}: reservations hold {} units, the books say {}",
            recount.counted_held, stock.held
        ));
    }
    if recount.counted_sold != stock.sold {
        violations
            .push(format!("{at}: orders have {} units, the books say {}", recount.counted_sold, stock.sold));
    }
    if recount.frozen {
        violations.push(format!("{at}: it is frozen, since an invariant was violated"));
    }
    ProductAudit {
        product_id: recount.product.to_string(),
        node: report.node,
        index: audited.index,
        total: stock.total,
        available: stock.available,
        held: stock.held,
        sold: stock.sold,
        counted_held: recount.counted_held,
        counted_sold: recount.counted_sold,
        orders: recount.orders,
        frozen: recount.frozen,
        payments: PaymentCounts::from(&recount.payments),
    }
}
