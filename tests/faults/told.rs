//! What operators are told while nodes are away: of whom it is true, and nothing that nobody knows.

use std::time::Duration;

use serde_json::json;

use crate::cluster::{Cluster, Settings, ShardState, until};

const SEEN_WITHIN: Duration = Duration::from_secs(10);

#[tokio::test]
async fn who_could_not_be_asked_is_named_and_who_led_without_a_majority_is_not() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let api = cluster.api.clone();
    let leaders = async |is_right: fn(&ShardState) -> bool| {
        api.shards(1).await.is_some_and(|shards| !shards.is_empty() && shards.iter().all(is_right))
    };
    let whole = api.audit(1).await.expect("an audit");
    assert_eq!((&whole["ok"], &whole["not_reached"]), (&json!(true), &json!([])), "{whole}");

    cluster.kill(&[3]);
    let elsewhere = || leaders(|shard| shard.leader.is_some_and(|leader| leader != 3));
    until("the others lead all shards", SEEN_WITHIN, elsewhere).await;
    let two = api.audit(1).await.expect("an audit");
    assert_eq!(
        (&two["ok"], &two["reached"], &two["not_reached"]),
        (&json!(true), &json!([1, 2]), &json!([3]))
    );

    cluster.kill(&[2]);
    until("nobody is said to lead", SEEN_WITHIN, || leaders(|shard| shard.leader.is_none())).await;
    let one = api.audit(1).await.expect("an audit");
    assert_eq!((&one["ok"], &one["not_reached"]), (&json!(false), &json!([2, 3])), "{one}");
}
