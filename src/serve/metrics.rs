//! The metrics of what lies behind the gateway: read off the node's counters whenever somebody asks.

use std::sync::{Arc, Weak};

use engine::ShardId;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use raft::node::Node;
use raft::shard::stats::{BUCKETS, Histogram, ShardStats};

/// Registers the node's metrics.
pub(super) fn register(registry: &mut Registry, node: &Arc<Node>) {
    registry.register_collector(Box::new(NodeMetrics(Arc::downgrade(node))));
}

/// Reads the counters of a node, for as long as there is one.
#[derive(Debug)]
struct NodeMetrics(Weak<Node>);

impl Collector for NodeMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let Some(node) = self.0.upgrade() else { return Ok(()) };
        shards(&mut encoder, &node)?;
        leaders(&mut encoder, &node)?;
        log(&mut encoder, &node)
    }
}

type Encoded = Result<(), std::fmt::Error>;

/// A histogram of a shard, and what its counts must be multiplied with to be in the unit of its name.
type Timed = (&'static str, &'static str, fn(&ShardStats) -> &Histogram, f64);

fn shards(encoder: &mut DescriptorEncoder, node: &Node) -> Encoded {
    let timed: [Timed; 3] = [
        ("flashsale_batch_commands", "Commands in a proposed batch", |stats| &stats.batch_commands, 1.0),
        (
            "flashsale_confirm_seconds",
            "Time of a round that confirms refusals and reads",
            |s| &s.confirm_us,
            1e-6,
        ),
        ("flashsale_apply_seconds", "Time to apply committed entries", |stats| &stats.apply_us, 1e-6),
    ];
    for (name, help, histogram, scale) in timed {
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for (shard, stats) in node.shard_stats() {
            let histogram = histogram(stats);
            let bounds = (0..BUCKETS).map(|bucket| as_f64(Histogram::bound(bucket)) * scale);
            let buckets: Vec<_> = bounds.zip(histogram.buckets()).collect();
            metric.encode_family(&of(shard))?.encode_histogram::<NoLabelSet>(
                as_f64(histogram.sum()) * scale,
                histogram.count(),
                &buckets,
                None,
            )?;
        }
    }
    let applied = "Newest log index in the state";
    by_shard(
        encoder,
        "flashsale_applied_index",
        applied,
        node.shard_stats().map(|(s, c)| (s, c.applied_index())),
    )?;
    let backlog = "Attempts that wait for a proposal or for what is in flight";
    by_shard(encoder, "flashsale_backlog", backlog, node.shard_stats().map(|(s, c)| (s, c.backlog_now())))
}

fn leaders(encoder: &mut DescriptorEncoder, node: &Node) -> Encoded {
    let me = node.config().node;
    let leads = "1 where this node leads the shard";
    by_shard(encoder, "flashsale_leads", leads, node.leaders().map(|(s, l)| (s, u64::from(l == Some(me)))))?;
    let leader = "The node that leads the shard; 0 if none is known";
    by_shard(encoder, "flashsale_leader", leader, node.leaders().map(|(s, l)| (s, l.unwrap_or(0))))?;
    let lag = "Entries of this node's log that are not in the state yet";
    by_shard(encoder, "flashsale_apply_lag", lag, node.lags())
}

fn log(encoder: &mut DescriptorEncoder, node: &Node) -> Encoded {
    let stats = node.log_stats();
    let counters = [
        ("flashsale_log_frames", "Frames written to the log, each with one sync", stats.frames),
        ("flashsale_log_records", "Records in them", stats.records),
        ("flashsale_log_bytes", "Bytes written to the log", stats.bytes),
        ("flashsale_log_entries_reread", "Entries that were read from disk again", stats.entries_reread),
    ];
    for (name, help, value) in counters {
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        metric.encode_counter::<NoLabelSet, u64, u64>(&value, None)?;
    }
    let mut segments = encoder.encode_descriptor(
        "flashsale_log_segments",
        "Segments that hold frames",
        None,
        MetricType::Gauge,
    )?;
    segments.encode_gauge(&stats.segments)?;
    let help = "Time to write and sync a frame";
    let mut syncs =
        encoder.encode_descriptor("flashsale_log_sync_seconds", help, None, MetricType::Histogram)?;
    let buckets: Vec<_> =
        stats.sync_micros.iter().enumerate().map(|(n, &count)| (as_f64(1 << n) * 1e-6, count)).collect();
    syncs.encode_histogram::<NoLabelSet>(as_f64(stats.sync_micros_sum) * 1e-6, stats.frames, &buckets, None)
}

fn by_shard(
    encoder: &mut DescriptorEncoder,
    name: &str,
    help: &str,
    values: impl Iterator<Item = (ShardId, u64)>,
) -> Encoded {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (shard, value) in values {
        metric.encode_family(&of(shard))?.encode_gauge(&value)?;
    }
    Ok(())
}

fn of(shard: ShardId) -> [(&'static str, String); 1] {
    [("shard", shard.to_string())]
}

/// Counts beyond 2^53 lose their last digits, which nobody plots.
#[expect(clippy::cast_precision_loss, reason = "said above")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
