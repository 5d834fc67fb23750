//! The metrics of what lies behind the gateway: read off the node's counters whenever somebody asks.

use std::sync::{Arc, Weak};

use engine::ShardId;
use engine::limits::COMMANDS_PER_BATCH;
use engine::view::Alarms;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use raft::histogram::Histogram;
use raft::node::Node;
use raft::shard::stats::ShardStats;

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
        stages(&mut encoder, &node)?;
        alarms(&mut encoder, &node)?;
        frozen(&mut encoder, &node)?;
        leaders(&mut encoder, &node)?;
        log(&mut encoder, &node)
    }
}

type Encoded = Result<(), std::fmt::Error>;

/// A stage, and how long attempts spent in it.
type Stage = (&'static str, fn(&ShardStats) -> &Histogram);

/// A histogram of a shard, and what its counts are in.
type OfShard = (&'static str, &'static str, fn(&ShardStats) -> &Histogram, Unit);

/// What a histogram's counts are in.
#[derive(Clone, Copy)]
struct Unit {
    /// What they must be multiplied with to be in the unit of the metric's name.
    scale: f64,
    /// The largest that there can be.
    most: u64,
}

const MICROS: Unit = Unit { scale: 1e-6, most: u64::MAX };
const COMMANDS: Unit = Unit { scale: 1.0, most: COMMANDS_PER_BATCH as u64 };

fn shards(encoder: &mut DescriptorEncoder, node: &Node) -> Encoded {
    let of_shard: [OfShard; 3] = [
        ("flashsale_batch_commands", "Commands in a proposed batch", |stats| &stats.batch_commands, COMMANDS),
        (
            "flashsale_confirm_seconds",
            "Time of a round that confirms refusals and reads",
            |s| &s.confirm_us,
            MICROS,
        ),
        ("flashsale_apply_seconds", "Time to apply committed entries", |stats| &stats.apply_us, MICROS),
    ];
    for (name, help, histogram, unit) in of_shard {
        let mut metric = describe(encoder, name, help, MetricType::Histogram)?;
        for (shard, stats) in node.shard_stats() {
            encode(metric.encode_family(&of(shard))?, histogram(stats), unit)?;
        }
    }
    let applied = "Newest log index in the state";
    by_shard(
        encoder,
        "flashsale_applied_index",
        applied,
        node.shard_stats().map(|(s, c)| (s, c.applied_index())),
    )?;
    let compared = "Log index at which the state was last compared with that of other nodes";
    let indexes = node.shard_stats().map(|(shard, stats)| (shard, stats.compared_index()));
    by_shard(encoder, "flashsale_compared_index", compared, indexes)?;
    let differing = "Other nodes whose state was another there; any is worth a page to somebody";
    let counts = node.shard_stats().map(|(shard, stats)| (shard, stats.differing()));
    by_shard(encoder, "flashsale_differing_replicas", differing, counts)?;
    let backlog = "Attempts that wait for a proposal or for what is in flight";
    by_shard(encoder, "flashsale_backlog", backlog, node.shard_stats().map(|(s, c)| (s, c.backlog_now())))
}

/// Money that is not where it should be, as long as it is not: each is worth a page to somebody.
fn alarms(encoder: &mut DescriptorEncoder, node: &Node) -> Encoded {
    let help = "Payments that somebody has to look at, by what is the matter";
    let mut metric = describe(encoder, "flashsale_payment_alarms", help, MetricType::Gauge)?;
    for (shard, stats) in node.shard_stats() {
        let Alarms { unsettled, compensating, capture_failed, refund_returned } = stats.alarms_now();
        let kinds = [
            ("unsettled", unsettled),
            ("compensating", compensating),
            ("capture_failed", capture_failed),
            ("refund_returned", refund_returned),
        ];
        for (kind, count) in kinds {
            let labels = [("shard", shard.to_string()), ("kind", kind.to_owned())];
            metric.encode_family(&labels)?.encode_gauge(&count)?;
        }
    }
    Ok(())
}

/// Products whose books do not add up: nothing of them is sold any more.
fn frozen(encoder: &mut DescriptorEncoder, node: &Node) -> Encoded {
    let frozen = node.board().frozen();
    let of_shard = |shard| frozen.get(&shard).copied().unwrap_or(0);
    let help = "Products that are frozen, since an invariant was violated";
    let shards = node.shard_stats().map(|(shard, _)| (shard, of_shard(shard)));
    by_shard(encoder, "flashsale_frozen_products", help, shards)
}

/// Where an attempt spends its time: `forward` on the node that it entered, the others on the one that leads its shard.
fn stages(encoder: &mut DescriptorEncoder, node: &Node) -> Encoded {
    let stages: [Stage; 3] = [
        ("queue", |stats| &stats.queue_us),
        ("commit", |stats| &stats.commit_us),
        ("forward", |stats| &stats.forward_us),
    ];
    let help = "Time of attempts in a stage: queue until proposed or decided, commit until the proposal is committed, \
                forward to another node and back";
    let mut metric = describe(encoder, "flashsale_stage_seconds", help, MetricType::Histogram)?;
    for (stage, histogram) in stages {
        for (shard, stats) in node.shard_stats() {
            let labels = [("shard", shard.to_string()), ("stage", stage.to_owned())];
            encode(metric.encode_family(&labels)?, histogram(stats), MICROS)?;
        }
    }
    Ok(())
}

fn encode(mut metric: MetricEncoder<'_>, histogram: &Histogram, unit: Unit) -> Encoded {
    let sum = as_f64(histogram.sum()) * unit.scale;
    let buckets = buckets(&histogram.buckets(), unit);
    metric.encode_histogram::<NoLabelSet>(sum, histogram.count(), &buckets, None)
}

/// Buckets as far as there can be values, the last of which has no bound.
fn buckets(counts: &[u64], unit: Unit) -> Vec<(f64, u64)> {
    let bounds: Vec<u64> = (0..counts.len()).map_while(Histogram::bound).collect();
    let reach = bounds.iter().position(|&bound| bound >= unit.most).map_or(bounds.len(), |last| last + 1);
    let (bounded, beyond) = counts.split_at(reach.min(counts.len()));
    let bounded = bounds.into_iter().zip(bounded).map(|(bound, &count)| (as_f64(bound) * unit.scale, count));
    bounded.chain([(f64::INFINITY, beyond.iter().sum())]).collect()
}

fn leaders(encoder: &mut DescriptorEncoder, node: &Node) -> Encoded {
    let me = node.config().node;
    let leads = "1 where this node leads the shard";
    by_shard(encoder, "flashsale_leads", leads, node.leaders().map(|(s, l)| (s, u64::from(l == Some(me)))))?;
    let leader = "The node that leads the shard; 0 if none is known";
    by_shard(encoder, "flashsale_leader", leader, node.leaders().map(|(s, l)| (s, l.unwrap_or(0))))?;
    let lag = "Entries of this node's log that are not in the state yet";
    by_shard(encoder, "flashsale_apply_lag", lag, node.lags())?;
    let help =
        "Entries of the log of a shard led here that another node does not have yet, as far as is known";
    let mut behind = describe(encoder, "flashsale_replication_lag_entries", help, MetricType::Gauge)?;
    for (shard, follower, lag) in node.replication_lags() {
        let labels = [("shard", shard.to_string()), ("node", follower.to_string())];
        behind.encode_family(&labels)?.encode_gauge(&lag)?;
    }
    Ok(())
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
        let mut metric = describe(encoder, name, help, MetricType::Counter)?;
        metric.encode_counter::<NoLabelSet, u64, u64>(&value, None)?;
    }
    let help = "1 while there is no room on the disk for the log's next segment: the node leads nothing and is about to end";
    let mut short = describe(encoder, "flashsale_log_short_of_room", help, MetricType::Gauge)?;
    short.encode_gauge(&u64::from(node.shortage().is_some()))?;
    let help = "Segments that hold frames";
    let mut segments = describe(encoder, "flashsale_log_segments", help, MetricType::Gauge)?;
    segments.encode_gauge(&stats.segments)?;
    let help = "Time to write and sync a frame";
    let mut syncs = describe(encoder, "flashsale_log_sync_seconds", help, MetricType::Histogram)?;
    let last = stats.sync_micros.len() - 1;
    let bound = |n: usize| if n == last { f64::INFINITY } else { as_f64(1 << n) * 1e-6 };
    let buckets: Vec<_> = stats.sync_micros.iter().enumerate().map(|(n, &count)| (bound(n), count)).collect();
    syncs.encode_histogram::<NoLabelSet>(as_f64(stats.sync_micros_sum) * 1e-6, stats.frames, &buckets, None)
}

fn by_shard(
    encoder: &mut DescriptorEncoder,
    name: &str,
    help: &str,
    values: impl Iterator<Item = (ShardId, u64)>,
) -> Encoded {
    let mut metric = describe(encoder, name, help, MetricType::Gauge)?;
    for (shard, value) in values {
        metric.encode_family(&of(shard))?.encode_gauge(&value)?;
    }
    Ok(())
}

/// The head of a metric, its help a sentence like those of the metrics that are registered one by one.
pub(super) fn describe<'e>(
    encoder: &'e mut DescriptorEncoder<'_>,
    name: &'e str,
    help: &str,
    kind: MetricType,
) -> Result<MetricEncoder<'e>, std::fmt::Error> {
    encoder.encode_descriptor(name, &format!("{help}."), None, kind)
}

fn of(shard: ShardId) -> [(&'static str, String); 1] {
    [("shard", shard.to_string())]
}

/// Counts beyond 2^53 lose their last digits, which nobody plots.
#[expect(clippy::cast_precision_loss, reason = "said above")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::time::Duration;

    use engine::Command;
    use raft::node::{Config, Timing};
    use raft::shard::gate::Open;
    use raft::shard::request::Ask;
    use tokio::net::TcpListener;
    use tokio::time::Instant;

    use super::*;

    async fn start(
        number: u64,
        listener: TcpListener,
        members: &BTreeMap<u64, String>,
        data: &Path,
    ) -> Arc<Node> {
        let millis = Duration::from_millis;
        let config = Config {
            cluster: "test".to_owned(),
            node: number,
            http: String::new(),
            members: members.clone(),
            shards: 1,
            data: data.join(number.to_string()),
            timing: Timing {
                heartbeat: millis(100),
                election_min: millis(1_000),
                election_max: millis(2_000),
            },
            segment_bytes: 1 << 20,
            cache_bytes: 1 << 20,
            snapshot_log_bytes: 1 << 20,
            kept_entries: Config::KEPT_ENTRIES,
        };
        Arc::new(Node::start(config, listener, Arc::new(Open)).await.expect("the node starts").0)
    }

    fn exposed(node: &Arc<Node>) -> String {
        let mut registry = Registry::default();
        register(&mut registry, node);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("text takes everything");
        text
    }

    fn value(text: &str, name: &str) -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}")).trim().parse().expect("a number")
    }

    #[test]
    fn buckets_reach_as_far_as_values_do_and_end_without_a_bound() {
        let counts = [1, 2, 0, 0];
        assert_eq!(buckets(&counts, Unit { scale: 2.0, most: 2 }), [(2.0, 1), (4.0, 2), (f64::INFINITY, 0)]);
        let all = buckets(&Histogram::default().buckets(), MICROS);
        assert!(all.iter().rev().skip(1).all(|(bound, _)| bound.is_finite()), "{all:?}");
        let batches = buckets(&[0; raft::histogram::BUCKETS], COMMANDS);
        assert_eq!(batches[batches.len() - 2].0, as_f64(COMMANDS_PER_BATCH as u64), "{batches:?}");
    }

    /// Two nodes of three: the third is behind.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn stages_and_lags_move_when_something_is_done() {
        let data = tempfile::tempdir().expect("a directory");
        let (mut listeners, mut members) = (Vec::new(), BTreeMap::new());
        for number in 1..=3 {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            members.insert(number, listener.local_addr().expect("an address").to_string());
            listeners.push(listener);
        }
        drop(listeners.pop());
        let mut nodes = Vec::new();
        for (number, listener) in (1..).zip(listeners) {
            nodes.push(start(number, listener, &members, data.path()).await);
        }
        // There is no such product; who answers so has logged it, and the round trip is what counts.
        let pause = Command::PauseProduct("nothing".parse().expect("well formed"));
        let deadline = Instant::now() + Duration::from_secs(60);
        for node in &nodes {
            let asked = node.ask(ShardId(0), Ask::Command(pause.clone(), None), deadline).await;
            assert!(asked.is_ok(), "{asked:?}");
        }
        let texts: Vec<String> = nodes.iter().map(exposed).collect();
        let leads = |text: &&String| value(text, "flashsale_leads{shard=\"0\"}") == 1.0;
        let leader = texts.iter().find(leads).expect("somebody leads");
        let other = texts.iter().find(|text| !leads(text)).expect("and somebody does not");
        for stage in ["queue", "commit"] {
            let count = format!("flashsale_stage_seconds_count{{shard=\"0\",stage=\"{stage}\"}}");
            let all = format!("flashsale_stage_seconds_bucket{{le=\"+Inf\",shard=\"0\",stage=\"{stage}\"}}");
            assert!(value(leader, &count) >= 2.0, "{stage}");
            assert_eq!(value(leader, &all), value(leader, &count), "{stage}");
        }
        assert!(value(other, "flashsale_stage_seconds_count{shard=\"0\",stage=\"forward\"}") >= 1.0);
        assert!(value(leader, "flashsale_replication_lag_entries{shard=\"0\",node=\"3\"}") > 0.0);
        assert!(!other.contains("flashsale_replication_lag_entries{"), "only who leads knows");
        assert!(leader.contains("flashsale_log_sync_seconds_bucket{le=\"+Inf\"}"));
        for node in nodes {
            Arc::into_inner(node).expect("nobody else has it").stop().await;
        }
    }
}
