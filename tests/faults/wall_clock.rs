//! The wall clock of one node is wrong by an hour or a day, or jumps to and fro, and meanwhile leaders are killed: the one
//! whose clock it is, or another. Holds end when their time is up, and no others do.

use std::time::{Duration, Instant, SystemTime};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::cluster::invariants::punctual::{Ending, violations};
use crate::cluster::invariants::{Verdict, back, caught_up};
use crate::cluster::{Cluster, NODES, NodeClock, Product, Pulse, Settings, until, until_some};
use crate::holds::{Hold, hold_all, watch};

/// The node whose clock is wrong.
const WRONG: u64 = 2;
/// How long the holds last that end meanwhile, and how many there are of each shard's product.
const HOLD: Duration = Duration::from_secs(3);
const HOLDS: u64 = 8;
/// How long those last that must not, and how many there are: less than what the clock is wrong by.
const KEPT: Duration = Duration::from_secs(1_800);
const KEPT_HOLDS: u64 = 30;
/// How long before the first hold ends a leader is killed.
const BEFORE: Duration = Duration::from_millis(400);
/// How often a clock jumps that does.
const JUMPS_EVERY: Duration = Duration::from_millis(15);
/// How far what a node makes of its clock may be from what the test set it to, in milliseconds.
const MADE_WITHIN_MS: u64 = 2_000;
/// How long it may take until the node leads that should, on a loaded machine.
const LED_WITHIN: Duration = Duration::from_secs(20);

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const SHARDS: u16 = 3;

/// What the clock is like: how far ahead, or to and fro between these.
#[derive(Clone, Copy, Debug)]
struct Skew(&'static [i64]);

/// Which leader is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    /// The one whose clock is wrong. It comes back with it, and is handed what it led.
    Wrong,
    /// Another, so that the one whose clock is wrong is one of two that know what time it is.
    Other,
}

/// Each in turn, and the second kill of the wrong one when it leads again.
const COURSES: [(Skew, Victim); 5] = [
    (Skew(&[HOUR]), Victim::Wrong),
    (Skew(&[-HOUR]), Victim::Other),
    (Skew(&[DAY]), Victim::Other),
    (Skew(&[-DAY]), Victim::Wrong),
    (Skew(&[DAY, -DAY, 0, HOUR, -HOUR]), Victim::Other),
];

#[tokio::test]
async fn one_wrong_wall_clock_ends_no_hold_early_or_late_whoever_leads() {
    let mut cluster = Cluster::with_clocks(Settings::default()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    let kept = products("kept", KEPT_HOLDS, KEPT);
    hold_each(&cluster, &kept, KEPT, KEPT_HOLDS).await;
    let mut ended = Vec::new();
    for (number, (skew, victim)) in COURSES.into_iter().enumerate() {
        let products = products(&format!("course-{number}"), HOLDS, HOLD);
        run(&mut cluster, &mut pulse, &products, skew, victim).await;
        ended.extend(products);
    }
    caught_up(&cluster).await;
    let mut wrong = stocked(&cluster, &kept, (0, KEPT_HOLDS)).await;
    wrong.extend(stocked(&cluster, &ended, (HOLDS, 0)).await);
    Verdict::default().add(wrong).holds();
}

/// Holds of `products` end while the clock is so, and a leader is killed before they do.
async fn run(cluster: &mut Cluster, pulse: &mut Pulse, products: &[Product], skew: Skew, victim: Victim) {
    cluster.story.tell(format!("node {WRONG}'s clock is {skew:?} ms ahead; next to be killed: {victim:?}"));
    if victim == Victim::Wrong {
        leads_its_shard(cluster).await;
    }
    let setting = Setting::begin(cluster.clock(WRONG), skew);
    let holds = hold_each(cluster, products, HOLD, HOLDS).await;
    made_by_that_clock(&holds, skew);
    let first = holds.iter().map(|hold| hold.asked).min().expect("some");
    let watching: Vec<_> = holds
        .into_iter()
        .map(|hold| (hold.product.clone(), tokio::spawn(watch(cluster.api.clone(), hold))))
        .collect();
    until("the first is about to end", HOLD, || std::future::ready(first.elapsed() >= HOLD - BEFORE)).await;
    let mut leaders = Vec::new();
    for product in products {
        leaders.push((product.id.clone(), cluster.leader_of(&product.id).await));
    }
    let leads = |leader: &u64| (*leader == WRONG) == (victim == Victim::Wrong);
    let killed = leaders.iter().map(|(_, leader)| *leader).find(leads).expect("each node leads a shard");
    cluster.kill(&[killed]);
    let at = Instant::now();
    let outage = back::look(pulse, at).await;
    let mut endings: Vec<Ending> = Vec::new();
    for (product, ending) in watching {
        let mut ending = ending.await.expect("every hold ends");
        let led_by_killed = leaders.iter().any(|(of, leader)| *of == product && *leader == killed);
        ending.back = led_by_killed.then_some(at + outage);
        endings.push(ending);
    }
    cluster.story.tell(format!("back after {outage:?}"));
    Verdict::default().add(violations(&endings)).add(back::violations(&[outage])).holds();
    cluster.start_node(killed);
    cluster.ready().await;
    setting.end().await;
}

/// A product on each shard.
fn products(name: &str, stock: u64, hold: Duration) -> Vec<Product> {
    (0..SHARDS).map(|shard| Product::on_shard(shard, name, stock).holding(hold.as_secs())).collect()
}

/// Puts `products` on sale, and takes all their units, by way of the node whose clock is wrong.
async fn hold_each(cluster: &Cluster, products: &[Product], length: Duration, count: u64) -> Vec<Hold> {
    let mut holds = Vec::new();
    for product in products {
        cluster.api.put(product).await;
        // Two at a time, so that a clock that jumps does so meanwhile.
        for buyer in (0..count).step_by(2) {
            holds.extend(hold_all(&cluster.api, WRONG, &product.id, length, buyer..buyer + 2).await);
        }
    }
    holds
}

/// Waits until the node whose clock is wrong leads a shard.
async fn leads_its_shard(cluster: &Cluster) {
    let (api, story) = (&cluster.api, &cluster.story);
    let leaders = until_some("the node whose clock is wrong leads a shard", LED_WITHIN, || async move {
        let shards = api.shards(WRONG).await?;
        let leaders: Option<Vec<u64>> = shards.iter().map(|shard| shard.leader).collect();
        leaders.filter(|leaders| leaders.contains(&WRONG))
    })
    .await;
    story.tell(format!("the shards' leaders: {leaders:?}"));
}

/// The fault has struck: the ids that the node made show the time that it was set to.
fn made_by_that_clock(holds: &[Hold], Skew(ahead): Skew) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis();
    let now = i64::try_from(now).expect("a time of this age");
    let is_at = |ahead: &i64, made: i64| made.abs_diff(now + ahead) < MADE_WITHIN_MS;
    let mut shown = vec![false; ahead.len()];
    for hold in holds.iter().filter(|hold| hold.node == WRONG) {
        let made = made_at(&hold.reservation);
        let which = ahead.iter().position(|ahead| is_at(ahead, made));
        shown[which.unwrap_or_else(|| panic!("by none of {ahead:?} ms: {hold:?}, made at {made}"))] = true;
    }
    let times = shown.iter().filter(|shown| **shown).count();
    assert!(times >= 1 && times >= ahead.len().min(2), "the clock was {ahead:?} ms ahead, and not seen so");
}

/// The milliseconds since 1970 that an id carries.
fn made_at(id: &str) -> i64 {
    let made = uuid::Uuid::try_parse(id).expect("an id").get_timestamp().expect("of version 7");
    let (seconds, nanos) = made.to_unix();
    i64::try_from(seconds).expect("a time of this age") * 1_000 + i64::from(nanos / 1_000_000)
}

/// What is wrong with the units of `products` at any node, of which so many must be available and held.
async fn stocked(cluster: &Cluster, products: &[Product], expected: (u64, u64)) -> Vec<String> {
    let mut wrong = Vec::new();
    for node in NODES {
        for product in products {
            let stock = cluster.api.stock(node, &product.id).await.expect("it answers");
            let units = (stock["available"].as_u64(), stock["held"].as_u64());
            if units != (Some(expected.0), Some(expected.1)) {
                wrong.push(format!("I6: at node {node}, {} is {stock}, expected: {expected:?}", product.id));
            }
        }
    }
    wrong
}

/// A clock that is being set until it is told to end.
struct Setting {
    end: oneshot::Sender<()>,
    jumping: JoinHandle<()>,
}

impl Setting {
    fn begin(clock: NodeClock, Skew(ahead): Skew) -> Setting {
        clock.set(ahead[0]);
        let (end, mut ended) = oneshot::channel();
        let jumping = tokio::spawn(async move {
            for ahead in ahead.iter().cycle() {
                clock.set(*ahead);
                if tokio::time::timeout(JUMPS_EVERY, &mut ended).await.is_ok() {
                    return;
                }
            }
        });
        Setting { end, jumping }
    }

    async fn end(self) {
        drop(self.end);
        self.jumping.await.expect("files are written");
    }
}
