//! What a node does not start on: it says so in one line, ends with 1, and touches nothing.

use std::future::ready;
use std::net::TcpListener;
use std::time::Duration;

use crate::cluster::{Cluster, Exit, Settings, until};

#[tokio::test]
async fn a_node_that_cannot_start_says_why_in_one_line() {
    let mut cluster = Cluster::prepare(Settings::default());
    let taken = TcpListener::bind(cluster.ports.http(1)).expect("free");
    let exit = cluster.start_in_vain(1).await;
    assert_refused(&exit, &["http", &cluster.ports.http(1).to_string(), "node.1.http.listen"]);
    drop(taken);
    let taken = TcpListener::bind(cluster.ports.peer(1)).expect("free");
    let exit = cluster.start_in_vain(1).await;
    assert_refused(&exit, &["peer", &cluster.ports.peer(1).to_string(), "node.1.peer.listen"]);
    drop(taken);
    assert!(!cluster.data(1).exists(), "nothing was touched");

    cluster.start_node(1);
    serves(&cluster, 1).await;
    cluster.configure_aside(&Settings::default());
    let exit = cluster.start_in_vain(1).await;
    assert_refused(&exit, &["node-1", "in use by another process"]);
    cluster.kill(&[1]);

    std::fs::rename(cluster.data(1), cluster.data(2)).expect("moved");
    let exit = cluster.start_in_vain(2).await;
    assert_refused(&exit, &["node-2", "the data of node 1", "not of node 2"]);
    std::fs::rename(cluster.data(2), cluster.data(1)).expect("moved back");

    cluster.configure_aside(&Settings { name: "another", ..Settings::default() });
    let exit = cluster.start_in_vain(1).await;
    assert_refused(&exit, &["node-1", "cluster \"test\"", "cluster \"another\""]);

    cluster.configure_aside(&Settings::default());
    cluster.start_node(1);
    serves(&cluster, 2).await;
}

/// Waits until node 1 has said for the `time`-th time that it serves.
async fn serves(cluster: &Cluster, time: usize) {
    until("node 1 serves", Duration::from_secs(20), || ready(cluster.nodes[0].said("serves") == time)).await;
}

/// Asserts that a node ended with 1, and that its last line, the only one that is no log line, has all of `words`.
#[track_caller]
fn assert_refused(exit: &Exit, words: &[&str]) {
    let said = exit.stderr.lines().last().unwrap_or_default();
    assert_eq!(exit.status, Some(1), "{}", exit.stderr);
    assert!(!exit.stderr.contains("panicked"), "{}", exit.stderr);
    for word in words {
        assert!(said.contains(word), "`{word}` is not in: {said}");
    }
}
