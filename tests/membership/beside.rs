//! Two replacements at once: of one node, where the second is refused for as long as the first is not through; and of two
//! nodes, where both go on.

use std::time::Duration;

use crate::cluster::invariants::check_all;
use crate::cluster::{Cluster, Crowd, Manners, Product, Settings, Watcher, until};
use crate::operator::{begin_to_replace, is_up, roles, try_to_replace};

const STOCK: u64 = 300;
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn two_at_once_do_not_starve_each_other() {
    let mut cluster = Cluster::start(Settings { spares: &[4, 5, 6], ..Settings::small() }).await;
    let manners = Manners { pause: Duration::from_millis(80), ..Manners::default() };
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), manners).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    crowd.buys(20).await;
    let configs = [(2, 4), (3, 5), (3, 6)].map(|(old, new)| (new, cluster.config_with(old, new)));
    for (node, config) in &configs {
        cluster.start_node_with(*node, config);
        is_up(&cluster, *node).await;
    }
    let beside = begin_to_replace(&cluster, &[1], 2, 4);
    let first = begin_to_replace(&cluster, &[1], 3, 5);
    until("the first has begun", SOON, async || roles(&cluster, 1, 5).await.iter().any(Option::is_some))
        .await;
    let second = try_to_replace(&cluster, &[1], 3, 6).await;
    assert_eq!((second.status, second.stderr.lines().count()), (Some(1), 1), "{second:?}");
    let words = ["node 5 is taking the place of node 3", "node 3 was replaced by node 5 before"];
    assert!(words.iter().any(|words| second.stderr.contains(words)), "it names the first: {second:?}");
    for (running, old, new) in [(beside, 2, 4), (first, 3, 5)] {
        let run = running.ended().await;
        cluster.story.tell(format!("{new} in the place of {old} came to {run:?}"));
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        cluster.api.door.replaced(old, new);
    }
    for node in [1, 4, 5] {
        assert_eq!(roles(&cluster, 4, node).await, vec![Some("voter".to_owned()); 3]);
    }
    assert_eq!(roles(&cluster, 4, 6).await, [None, None, None], "the second changed nothing");
    // Two of them end by themselves, as another test shows.
    cluster.kill(&[2, 3, 6]);
    cluster.ready().await;
    crowd.buys(20).await;
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    check_all(&cluster, &deals, &samples, STOCK, &[]).await;
}
