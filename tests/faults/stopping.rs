//! A planned stop as a load balancer and an operator see it: notice first, and the last word when all is over.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::Method;
use rustix::process::Signal;

use crate::cluster::{Cluster, Errand, Settings, until};

const SEEN_WITHIN: Duration = Duration::from_secs(2);
/// Less than a node waits for another to take its shards over.
const AT_ONCE: Duration = Duration::from_millis(1_500);

#[tokio::test]
async fn a_node_gives_notice_before_it_closes_and_says_last_that_it_has_stopped() {
    let more = "\n[limits]\ndrain_notice = \"4s\"\n";
    let mut cluster = Cluster::start(Settings { more, ..Settings::default() }).await;
    let door = cluster.api.door.clone();
    let address = cluster.ports.http(1);
    cluster.node(1).signal(Signal::TERM);
    let ready = Errand::new(Method::GET, "/readyz");
    let is_unready = async || door.send(1, &ready).await.is_ok_and(|answer| answer.status == 503);
    until("node 1 says that it is not ready", SEEN_WITHIN, is_unready).await;
    assert!(TcpStream::connect(address).is_ok(), "until load balancers have seen that, it takes connections");
    assert_eq!(cluster.node(1).said("has stopped"), 0);
    let status = cluster.node(1).ended().await;
    assert_eq!(status.code(), Some(0), "a planned stop is no failure: {status}");
    let last = cluster.node(1).last_words(1);
    assert!(last.contains("has stopped"), "{last}");
}

#[tokio::test]
async fn the_last_node_waits_for_nobody_to_take_its_shards_over() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let api = cluster.api.clone();
    cluster.kill(&[1, 2]);
    until("node 3 sees that it is alone", SEEN_WITHIN, async || !api.is_ready(3).await).await;
    let told = Instant::now();
    let status = cluster.stop(3).await;
    assert_eq!(status.code(), Some(0), "a planned stop is no failure: {status}");
    assert!(told.elapsed() < AT_ONCE, "it waited for {:?}", told.elapsed());
}
