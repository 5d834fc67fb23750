//! The metrics of the payment provider: read off its counters whenever somebody asks.

use std::sync::{Arc, Weak};

use payment::metrics::{LATENCY_BOUNDS, Snapshot};
use payment::saga::Saga;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::super::metrics::describe;

/// Registers the saga's metrics.
pub(super) fn register(registry: &mut Registry, saga: &Arc<Saga>) {
    registry.register_collector(Box::new(SagaMetrics(Arc::downgrade(saga))));
}

#[derive(Debug)]
struct SagaMetrics(Weak<Saga>);

impl Collector for SagaMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let Some(saga) = self.0.upgrade() else { return Ok(()) };
        let snapshot = saga.metrics();
        calls(&mut encoder, &snapshot)?;
        counters(&mut encoder, &snapshot)
    }
}

fn calls(encoder: &mut DescriptorEncoder, snapshot: &Snapshot) -> Result<(), std::fmt::Error> {
    let help = "Calls to the payment provider, by endpoint and by what came of them";
    let mut calls = describe(encoder, "flashsale_payment_calls", help, MetricType::Counter)?;
    for ((endpoint, result), count) in &snapshot.calls {
        let labels = [("endpoint", endpoint.name()), ("result", *result)];
        calls.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(count, None)?;
    }
    let help = "Time that the payment provider took to answer";
    let mut times = describe(encoder, "flashsale_payment_call_seconds", help, MetricType::Histogram)?;
    for (endpoint, latencies) in &snapshot.latencies {
        let bounds = LATENCY_BOUNDS.iter().map(std::time::Duration::as_secs_f64).chain([f64::INFINITY]);
        let buckets: Vec<_> = bounds.zip(latencies.classes).collect();
        let (sum, count) = (latencies.sum.as_secs_f64(), latencies.classes.iter().sum());
        let labels = [("endpoint", endpoint.name())];
        times.encode_family(&labels)?.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
    }
    Ok(())
}

fn counters(encoder: &mut DescriptorEncoder, snapshot: &Snapshot) -> Result<(), std::fmt::Error> {
    let counters = [
        ("flashsale_payment_reports", "Findings of the payment saga that were recorded", snapshot.reports),
        (
            "flashsale_payment_unrecorded",
            "Findings that could not be recorded, each time",
            snapshot.unrecorded,
        ),
        ("flashsale_payment_troubles", "Payments that needed to be looked at, each time", snapshot.alarms),
    ];
    for (name, help, value) in counters {
        let mut metric = describe(encoder, name, help, MetricType::Counter)?;
        metric.encode_counter::<NoLabelSet, u64, u64>(&value, None)?;
    }
    let gauges = [
        ("flashsale_payment_tasks", "Tasks of the payment saga on this node", snapshot.tasks),
        (
            "flashsale_payment_rechecks",
            "Refunds that arrived, and are rechecked on this node in case the bank returns them",
            snapshot.rechecks,
        ),
    ];
    for (name, help, count) in gauges {
        let mut metric = describe(encoder, name, help, MetricType::Gauge)?;
        metric.encode_gauge(&u64::try_from(count).unwrap_or(u64::MAX))?;
    }
    let help = "Calls that wait for their turn, by account";
    let mut waiting = describe(encoder, "flashsale_payment_waiting", help, MetricType::Gauge)?;
    for (account, count) in &snapshot.waiting {
        let labels = [("account", account.to_string())];
        waiting.encode_family(&labels)?.encode_gauge(&u64::try_from(*count).unwrap_or(u64::MAX))?;
    }
    Ok(())
}
