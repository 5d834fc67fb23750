//! Holds that end while their shard has no leader: neither early nor late.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::cluster::invariants::punctual::violations;
use crate::cluster::invariants::{Verdict, back, caught_up};
use crate::cluster::{Cluster, NODES, Product, Pulse, Settings, until};
use crate::holds::{hold_all, watch};

const HOLD: Duration = Duration::from_secs(4);
const HOLDS: u64 = 40;
/// How long before the first of them ends the leader is killed.
const BEFORE: Duration = Duration::from_millis(400);
/// How long all nodes are down.
const DOWN: Duration = Duration::from_millis(2_500);

#[tokio::test]
async fn holds_end_in_time_across_a_failover() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    cluster.api.put(&Product::new("shoe", HOLDS).holding(HOLD.as_secs())).await;
    let holds = hold_all(&cluster.api, NODES[0], "shoe", HOLD, 0..HOLDS).await;
    let first = holds.iter().map(|hold| hold.asked).min().expect("some");
    let leader = cluster.leader_of("shoe").await;
    let watching: Vec<_> =
        holds.into_iter().map(|hold| tokio::spawn(watch(cluster.api.clone(), hold))).collect();
    until("the first is about to end", HOLD, || std::future::ready(first.elapsed() >= HOLD - BEFORE)).await;
    cluster.kill(&[leader]);
    let killed = Instant::now();
    let outage = back::look(&mut pulse, killed).await;
    let mut endings = Vec::new();
    for ending in watching {
        let mut ending = ending.await.expect("every hold ends");
        ending.back = Some(killed + outage);
        endings.push(ending);
    }
    assert!(endings.iter().any(|ending| ending.granted + HOLD < killed + outage), "none ended in the outage");
    cluster.story.tell(format!("back after {outage:?}"));
    Verdict::default().add(violations(&endings)).add(back::violations(&[outage])).holds();
    cluster.start_node(leader);
    cluster.ready().await;
    all_came_back(&cluster).await;
}

#[tokio::test]
async fn holds_end_in_time_although_all_nodes_were_down() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    cluster.api.put(&Product::new("shoe", HOLDS).holding(HOLD.as_secs())).await;
    let holds = hold_all(&cluster.api, NODES[0], "shoe", HOLD, 0..HOLDS).await;
    let watching: Vec<_> =
        holds.into_iter().map(|hold| tokio::spawn(watch(cluster.api.clone(), hold))).collect();
    cluster.kill(&NODES);
    // Not to wait for anything: this is how long the outage lasts, and time goes on meanwhile.
    tokio::time::sleep(DOWN).await;
    NODES.into_iter().for_each(|node| cluster.start_node(node));
    let healed = Instant::now();
    let outage = back::look(&mut pulse, healed).await;
    let mut endings = Vec::new();
    for ending in watching {
        let mut ending = ending.await.expect("every hold ends");
        ending.back = Some(healed + outage);
        endings.push(ending);
    }
    Verdict::default().add(violations(&endings)).add(back::violations(&[outage])).holds();
    cluster.ready().await;
    all_came_back(&cluster).await;
}

/// Every unit is free again, everywhere, and nobody can tell that there was a hold.
async fn all_came_back(cluster: &Cluster) {
    caught_up(cluster).await;
    let mut seen = BTreeMap::new();
    for node in NODES {
        let stock = cluster.api.stock(node, "shoe").await.expect("it answers");
        seen.insert(node, (stock["available"].as_u64(), stock["held"].as_u64(), stock["sold"].as_u64()));
    }
    assert!(seen.values().all(|units| *units == (Some(HOLDS), Some(0), Some(0))), "{seen:?}");
}
