//! Replacements that are not to be: each is refused in one line that says why, and changes nothing.

use std::time::Duration;

use crate::cluster::{Cluster, Settings, until};
use crate::operator::{is_up, replace, roles, try_to_replace};

const SOON: Duration = Duration::from_secs(20);

/// Asks for a replacement that is refused, in one line that has all of `words`.
async fn refused(cluster: &Cluster, old: u64, new: u64, words: &[&str]) {
    let run = try_to_replace(cluster, &[1], old, new).await;
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    words.iter().for_each(|word| assert!(run.stderr.contains(word), "`{word}` is not in: {}", run.stderr));
    for node in 1..=3 {
        assert_eq!(roles(cluster, 1, node).await, vec![Some("voter".to_owned()); 3], "nothing has changed");
    }
}

#[tokio::test]
async fn what_would_harm_is_refused_and_nothing_has_changed() {
    let mut cluster = Cluster::start(Settings { spares: &[4, 5, 6], ..Settings::small() }).await;
    refused(&cluster, 2, 4, &["node 4 cannot come in", "refused"]).await;
    refused(&cluster, 2, 2, &["node 2 cannot take its own place"]).await;
    refused(&cluster, 2, 3, &["node 3 is a member already"]).await;

    let config = cluster.config_with(2, 4);
    let text = std::fs::read_to_string(&config).expect("it was written");
    let foreign = cluster.file("foreign.toml");
    let other = text.replace("name = \"test\"", "name = \"another\"").replace("\"nodes\"", "\"others\"");
    std::fs::write(&foreign, other).expect("written");
    cluster.start_node_with(4, &foreign);
    is_up(&cluster, 4).await;
    refused(&cluster, 2, 4, &["node 4 cannot come in", "cluster \"another\""]).await;
    cluster.kill(&[4]);

    cluster.start_node_with(4, &config);
    is_up(&cluster, 4).await;
    refused(&cluster, 7, 4, &["node 7 is not a member"]).await;
    // Of pairs that were never exchanged nothing is said to be done, and nobody is retired for them.
    refused(&cluster, 7, 3, &["node 7 is not a member", "`--old` names the node that goes"]).await;
    refused(&cluster, 4, 2, &["node 4 is not a member", "`flashsale cluster status`"]).await;
    cluster.kill(&[3]);
    refused_with_one_down(&cluster).await;
    let config = cluster.config();
    cluster.start_node_with(3, &config);
    until("node 3 is back", SOON, || cluster.api.is_ready(3)).await;
    replace(&cluster, &[1, 3], 2, 4).await;
    after_it_was_done(&cluster).await;
}

/// What is still refused when node 4 has the place of node 2, and the one thing that is not.
async fn after_it_was_done(cluster: &Cluster) {
    let refusals = [
        (4, 2, "node 2 was replaced before"),
        (2, 5, "node 2 was replaced by node 4 before: if that is to go, `--old 4 --new 5`"),
        (2, 3, "node 2 was replaced by node 4 before"),
        (7, 4, "node 4 comes in the place of node 2"),
        (3, 4, "node 4 comes in the place of node 2"),
    ];
    for (old, new, words) in refusals {
        let run = try_to_replace(cluster, &[4, 1], old, new).await;
        assert_eq!((run.status, run.stderr.lines().count()), (Some(1), 1), "{run:?}");
        assert!(run.stderr.contains(words), "{run:?}");
    }
    let again = try_to_replace(cluster, &[3], 2, 4).await;
    assert_eq!(again.status, Some(0), "{again:?}");
    for node in [1, 3, 4] {
        assert_eq!(roles(cluster, 1, node).await, vec![Some("voter".to_owned()); 3], "nothing has changed");
    }
}

async fn refused_with_one_down(cluster: &Cluster) {
    let run = try_to_replace(cluster, &[1], 2, 4).await;
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("node 3 does not answer"), "{}", run.stderr);
    assert_eq!(roles(cluster, 1, 4).await, [None, None, None]);
}

#[tokio::test]
async fn a_node_with_a_history_of_its_own_is_refused() {
    let mut cluster = Cluster::start(Settings { spares: &[4, 5, 6], ..Settings::small() }).await;
    let text = std::fs::read_to_string(cluster.config()).expect("it was written");
    let (_, nodes) = text.split_once("\n[[node]]").expect("it has nodes");
    let others = [4, 5, 6].map(|node| {
        let (http, peer) = (cluster.ports.http(node), cluster.ports.peer(node));
        format!(
            "\n[[node]]\nid = {node}\nhttp = {{ listen = \"{http}\" }}\npeer = {{ listen = \"{peer}\" }}\n"
        )
    });
    let text = text.replace(&format!("\n[[node]]{nodes}"), &others.concat());
    let apart = cluster.file("apart.toml");
    std::fs::write(&apart, text).expect("written");
    for node in [4, 5, 6] {
        cluster.start_node_with(node, &apart);
    }
    cluster.ready().await;
    refused(&cluster, 2, 4, &["node 4 has a history of its own"]).await;
}
