//! Replacements that are not to be: each is refused in one line that says why, and changes nothing.

use crate::cluster::{Cluster, Settings};
use crate::operator::{is_up, roles, try_to_replace};

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
    cluster.kill(&[3]);
    refused_with_one_down(&cluster).await;
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
