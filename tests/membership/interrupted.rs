//! Replacements that are interrupted, at several moments and in several ways: the same command again goes on from there.
//! In the end all three nodes are others than in the beginning.

use std::time::Duration;

use crate::cluster::invariants::check_all;
use crate::cluster::{Cluster, Crowd, Manners, Product, Settings, Watcher, until};
use crate::operator::{begin_to_replace, is_up, replace, roles};

const STOCK: u64 = 300;
const SOON: Duration = Duration::from_secs(20);

/// Who is killed in the middle, and the command with them.
#[derive(Clone, Copy, Debug)]
enum Victim {
    /// The node that serves the command.
    Coordinator,
    /// The one that comes.
    Newcomer,
    /// Both.
    Both,
}

/// When.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// As soon as a shard has the new node as a learner.
    Learning,
    /// As soon as it votes in a shard.
    Voting,
}

#[tokio::test]
async fn whatever_is_killed_in_the_middle_the_same_command_goes_on_from_there() {
    let mut cluster = Cluster::start(Settings { spares: &[4, 5, 6], ..Settings::small() }).await;
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), Manners::default()).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    crowd.buys(40).await;
    let mut configs = vec![(1, cluster.config()), (2, cluster.config()), (3, cluster.config())];
    let replacements = [
        (2, 4, Victim::Coordinator, Moment::Learning),
        (3, 5, Victim::Newcomer, Moment::Voting),
        // The first newcomer goes again.
        (4, 6, Victim::Both, Moment::Learning),
    ];
    for (old, new, victim, moment) in replacements {
        let config = cluster.config_with(old, new);
        configs.push((new, config.clone()));
        cluster.start_node_with(new, &config);
        is_up(&cluster, new).await;
        interrupt(&mut cluster, &configs, (old, new), (victim, moment)).await;
        crowd.buys(20).await;
        let staying: Vec<u64> = cluster.api.door.members().into_iter().filter(|&node| node != old).collect();
        replace(&cluster, &staying, old, new).await;
        let status = cluster.node(old).ended().await;
        assert_eq!(status.code(), Some(1), "node {old} was told to go: {status}");
        crowd.buys(20).await;
        cluster.ready().await;
    }
    // All are killed, and come back with configurations that name nodes which are gone.
    let members = cluster.api.door.members();
    assert_eq!(members, [1, 5, 6]);
    cluster.kill(&members);
    members.into_iter().for_each(|node| start(&mut cluster, &configs, node));
    cluster.ready().await;
    crowd.buys(20).await;
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    check_all(&cluster, &deals, &samples, STOCK, &[]).await;
}

/// Begins to replace `old` by `new`, and strikes in the middle; starts again who was killed.
async fn interrupt(
    cluster: &mut Cluster,
    configs: &[(u64, std::path::PathBuf)],
    (old, new): (u64, u64),
    (victim, moment): (Victim, Moment),
) {
    let staying: Vec<u64> = cluster.api.door.members().into_iter().filter(|&node| node != old).collect();
    let (coordinator, other) = (staying[0], staying[1]);
    let running = begin_to_replace(cluster, &[coordinator], old, new);
    let is_there = |roles: Vec<Option<String>>| {
        roles.into_iter().flatten().any(|role| match moment {
            Moment::Learning => true,
            Moment::Voting => role != "learner",
        })
    };
    until("the new node has come so far", SOON, async || is_there(roles(cluster, other, new).await)).await;
    cluster.story.tell(format!("{victim:?} is struck while {moment:?}"));
    let victims = match victim {
        Victim::Coordinator => vec![coordinator],
        Victim::Newcomer => vec![new],
        Victim::Both => vec![coordinator, new],
    };
    cluster.kill(&victims);
    drop(running);
    // What is left: the old one is alive, so there is a majority whoever was struck.
    for victim in victims {
        start(cluster, configs, victim);
        is_up(cluster, victim).await;
    }
}

fn start(cluster: &mut Cluster, configs: &[(u64, std::path::PathBuf)], node: u64) {
    let (_, config) = configs.iter().rfind(|(id, _)| *id == node).expect("it was started before");
    cluster.start_node_with(node, config);
}
