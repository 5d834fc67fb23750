//! A disk that gets full, and one that fails.

use std::time::Duration;

use reqwest::Method;

use crate::cluster::invariants::check_books;
use crate::cluster::{Cluster, Crowd, Errand, Manners, Product, Settings, SmallDisk, until};

/// The shard that node 1 leads when all are well.
const SHARD: u16 = 0;
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_full_disk_takes_the_lead_away_then_the_node_and_nothing_that_was_promised() {
    // No snapshot lets anything of the log go.
    let settings = Settings { segment_bytes: 1 << 20, ..Settings::default() };
    let mut cluster = Cluster::prepare(settings);
    // What the crowd writes, below half a megabyte a second with these manners, must not fill the disk by itself while this
    // test waits, for a minute at most, until the node believes in its room.
    let disk = SmallDisk::mount(&cluster.data(1), "64m");
    cluster.node(1).launched_by(disk.launcher());
    cluster.begin().await;
    let product = Product::on_shard(SHARD, "shoe", 100_000);
    let manners = Manners { buyers: 48, pause: Duration::from_millis(20), ..Manners::default() };
    let name = product.id.clone();
    until("node 1 leads", SOON, || async { cluster.leader_of(&name).await == 1 }).await;
    let crowd = Crowd::enter(&cluster, product, manners).await;
    crowd.buys(20).await;

    cluster.story.tell("fill the disk of 1");
    disk.fill();
    until("node 1 says that it is short of room", SOON, || async {
        short_of_room(&cluster).await == Some(1)
    })
    .await;
    until("another node leads", SOON, || async { leader(&cluster).await.is_some_and(|leader| leader != 1) })
        .await;
    assert!(why_not_ready(&cluster).await.contains("no room"), "{}", why_not_ready(&cluster).await);
    crowd.buys(20).await;

    cluster.story.tell("make room on the disk of 1");
    disk.free();
    until("node 1 has room", SOON, || async { short_of_room(&cluster).await == Some(0) }).await;
    until("node 1 leads again", SOON, || async { leader(&cluster).await == Some(1) }).await;
    assert!(cluster.api.is_ready(1).await);

    cluster.story.tell("fill the disk of 1, until it ends");
    crowd.hurry();
    disk.fill();
    let mut more = 200;
    let status = loop {
        crowd.buys(more).await;
        if let Some(status) = cluster.node(1).has_ended() {
            break status;
        }
        more += 200;
    };
    assert_eq!(status.code(), Some(1), "it ends in order: {status}");
    assert_eq!(cluster.node(1).said("there is no room left in"), 1, "it says why, once");
    assert_eq!(cluster.node(1).said("panicked"), 0);
    crowd.buys(20).await;

    disk.free();
    cluster.start_node(1);
    cluster.ready().await;
    crowd.buys(20).await;
    let deals = crowd.leave().await;
    check_books(&cluster, &deals).await;
}

/// The leader of the shard, as node 2 says.
async fn leader(cluster: &Cluster) -> Option<u64> {
    cluster.api.shard(2, SHARD).await?.leader
}

async fn short_of_room(cluster: &Cluster) -> Option<u64> {
    cluster.api.metric(1, "flashsale_log_short_of_room", "").await
}

/// What node 1 says about not being ready.
async fn why_not_ready(cluster: &Cluster) -> String {
    let answer = cluster.api.door.send(1, &Errand::new(Method::GET, "/readyz")).await.expect("it answers");
    assert_eq!(answer.status, 503);
    answer.body.to_string()
}
