//! What `/readyz` says of a node that can do nothing: load balancers go by it.

use std::time::Duration;

use crate::cluster::{Cluster, Settings, until};

/// A killed node's connections are reset at once; this is for a machine that does something else as well.
const SEEN_WITHIN: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_node_without_a_majority_is_not_ready_until_it_has_one_again() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let api = cluster.api.clone();
    cluster.kill(&[1]);
    assert!(api.is_ready(2).await, "two of three nodes can do everything");
    cluster.kill(&[2]);
    until("node 3 says that it is not ready", SEEN_WITHIN, || async { !api.is_ready(3).await }).await;
    cluster.start_node(1);
    until("node 3 is ready again", SEEN_WITHIN, || api.is_ready(3)).await;
    assert_eq!(cluster.up(), [1, 3]);
}
