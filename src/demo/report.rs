//! The result, as the contract has it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::books::Books;
use super::check::Reckoning;
use super::display::per_second;
use super::ledger::Ledger;
use super::outage::Outage;
use super::plan::Plan;

/// The result of a demonstration.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    stock: u32,
    buyers: u32,
    seed: u64,
    attempts: u64,
    granted: u64,
    refused: BTreeMap<String, u64>,
    unknown: u64,
    sold: u64,
    oversold: u64,
    captured: u64,
    refunded: u64,
    /// Charges that were declined, and how often the provider misbehaved.
    declined: u64,
    provider_faults: u64,
    leader_kills: u64,
    /// Which node was killed, and started again.
    killed_node: Option<u64>,
    grants_before_kill: u64,
    grants_after_kill: u64,
    /// From the kill to the first definite answer of the new leader.
    failover_ms: Option<u64>,
    seconds: f64,
    /// Over the time in which newcomers came, the outage included.
    attempts_per_second: u64,
    attempts_in_best_second: u64,
    latency_ms: Latency,
    /// Attempts that the latencies are of.
    measured: u64,
    /// Attempts left out of the latencies: those between the kill and a second after the new leader's first answer.
    excluded: u64,
    audit: Reckoning,
}

/// Latencies, from an attempt's first sending to its definite answer, in milliseconds.
#[derive(Debug, Serialize)]
struct Latency {
    p50: f64,
    p90: f64,
    p99: f64,
    p999: f64,
    max: f64,
}

impl Latency {
    fn of(micros: &Histogram<u64>) -> Latency {
        let at = |quantile| millis(Duration::from_micros(micros.value_at_quantile(quantile)));
        let max = millis(Duration::from_micros(micros.max()));
        Latency { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max }
    }
}

impl Report {
    /// What books, outage and reckoning come to.
    pub(super) fn new(
        plan: &Plan,
        books: &Books,
        outage: &Outage,
        killed: Option<u64>,
        ledger: &Ledger,
        audit: Reckoning,
    ) -> Report {
        let (attempts_in_rush, rush) = books.rush();
        Report {
            stock: plan.stock,
            buyers: plan.buyers,
            seed: plan.seed,
            attempts: books.attempts,
            granted: books.grants_before_kill + books.grants_after_kill,
            refused: books.refused.clone(),
            unknown: books.unknown,
            sold: audit.sold,
            oversold: audit.orders.max(audit.sold).saturating_sub(u64::from(plan.stock)),
            captured: ledger.captured,
            refunded: ledger.refunded,
            declined: ledger.declined,
            provider_faults: ledger.faults,
            leader_kills: u64::from(killed.is_some()),
            killed_node: killed,
            grants_before_kill: books.grants_before_kill,
            grants_after_kill: books.grants_after_kill,
            failover_ms: outage.length().map(|length| u64::try_from(length.as_millis()).unwrap_or(u64::MAX)),
            seconds: (millis(books.ended - books.began) / 10.0).round() / 100.0,
            attempts_per_second: per_second(i64::try_from(attempts_in_rush).unwrap_or(i64::MAX), rush),
            attempts_in_best_second: books.best_second(),
            latency_ms: Latency::of(&books.latency),
            measured: books.latency.len(),
            excluded: books.excluded,
            audit,
        }
    }

    /// What was promised and did not come true.
    pub(super) fn broken_promises(&self, plan: &Plan) -> Vec<String> {
        let mut broken = self.audit.violations.clone();
        if self.sold != u64::from(self.stock) {
            broken.push(format!("{} of {} units were sold", self.sold, self.stock));
        }
        if self.oversold > 0 {
            broken.push(format!("{} units were sold that there are not", self.oversold));
        }
        if plan.kill && self.leader_kills == 0 {
            broken.push("no leader was killed".to_owned());
        }
        if plan.kill && (self.grants_before_kill == 0 || self.grants_after_kill == 0) {
            broken.push("there were not grants both before and after the kill".to_owned());
        }
        broken
    }
}

/// For people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Latency { p50, p90, p99, p999, max } = &self.latency_ms;
        writeln!(
            f,
            "attempts   {} by {} buyers in {:.1} s, {} a second ({} in the best)",
            self.attempts, self.buyers, self.seconds, self.attempts_per_second, self.attempts_in_best_second
        )?;
        writeln!(
            f,
            "granted    {} ({} before the kill, {} after)",
            self.granted, self.grants_before_kill, self.grants_after_kill
        )?;
        for (code, count) in &self.refused {
            writeln!(f, "refused    {count} {code}")?;
        }
        writeln!(f, "unknown    {}", self.unknown)?;
        writeln!(
            f,
            "sold       {} of {}, {} oversold, {} captured, {} refunded",
            self.sold, self.stock, self.oversold, self.captured, self.refunded
        )?;
        writeln!(
            f,
            "provider   {} cards declined, {} times it misbehaved",
            self.declined, self.provider_faults
        )?;
        match self.killed_node {
            Some(node) => writeln!(f, "leader     node {node} was killed with SIGKILL, and started again")?,
            None => writeln!(f, "leader     left alone")?,
        }
        match self.failover_ms {
            Some(millis) => {
                writeln!(f, "failover   {millis} ms from the kill to the new leader's first answer")?
            }
            None => writeln!(f, "failover   none")?,
        }
        let (measured, excluded) = (self.measured, self.excluded);
        match measured {
            0 => writeln!(
                f,
                "latency    not measured: all {excluded} attempts were under way around the kill"
            )?,
            _ => writeln!(
                f,
                "latency    p50 {p50} ms, p90 {p90} ms, p99 {p99} ms, p99.9 {p999} ms, max {max} ms, of {measured} attempts; \
                 {excluded} around the kill are left out"
            )?,
        }
        let Reckoning { nodes, holds, orders, .. } = &self.audit;
        let verdict = if self.audit.ok { "everything adds up" } else { "it does NOT add up" };
        write!(f, "audit      {verdict}: {nodes} nodes, {holds} acknowledged holds, {orders} orders")
    }
}

/// Milliseconds, to a hundredth.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}
