//! The same idempotency key: at two nodes at once, across a failover, and with another body.

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use crate::cluster::invariants::{Verdict, audited, caught_up};
use crate::cluster::{Answer, Cluster, NODES, Placing, Product, Settings, until};

const STOCK: u64 = 200;
const BUYERS: usize = 60;

#[tokio::test]
async fn the_same_key_has_one_answer_everywhere_and_for_good() {
    let mut cluster = Cluster::start(Settings::default()).await;
    cluster.api.put(&Product { max_per_buyer: 5, ..Product::new("shoe", STOCK) }).await;
    let placings: Vec<Placing> = (0..BUYERS).map(placing).collect();

    cluster.story.tell("each key at all nodes at once");
    let mut first = Vec::new();
    for placing in &placings {
        first.push(one_grant(at_all_nodes(&cluster, placing).await));
    }

    let leader = cluster.leader_of("shoe").await;
    let answered = Arc::new(AtomicUsize::new(0));
    let sends = placings.iter().map(|placing| across_the_kill(&cluster, placing, Arc::clone(&answered)));
    cluster.story.tell("each key again while the leader is killed");
    let under_way = tokio::spawn(futures_util::future::join_all(sends));
    until("a third is answered", Duration::from_secs(10), || ready(answered.load(Relaxed) >= 3 * BUYERS))
        .await;
    cluster.kill(&[leader]);
    assert!(answered.load(Relaxed) < 9 * BUYERS, "the kill came too late");
    for (reservation, again) in first.iter().zip(under_way.await.expect("sending does not panic")) {
        assert_eq!((again.status, again.text("id"), again.replayed), (201, reservation.as_str(), true));
    }
    cluster.start_node(leader);
    cluster.ready().await;

    for (placing, node) in placings.iter().zip(NODES.into_iter().cycle()) {
        let other = cluster.api.settle(node, &placing.of_quantity(2)).await.answer.expect("definite");
        assert_eq!((other.status, other.text("code")), (422, "idempotency_key_reused"), "{other:?}");
    }
    caught_up(&cluster).await;
    for node in NODES {
        let stock = cluster.api.stock(node, "shoe").await.expect("it answers");
        assert_eq!(stock["held"], BUYERS as u64, "each key took effect once: {stock}");
    }
    Verdict::default().add(audited::violations(1, &audit(&cluster).await)).holds();
}

#[tokio::test]
async fn a_key_that_is_first_sent_while_the_leader_dies_takes_effect_once() {
    let mut cluster = Cluster::start(Settings::default()).await;
    cluster.api.put(&Product { max_per_buyer: 5, ..Product::new("shoe", STOCK) }).await;
    let placings: Vec<Placing> = (0..BUYERS).map(placing).collect();
    let leader = cluster.leader_of("shoe").await;
    let sends = placings.clone().into_iter().map(|placing| {
        let api = cluster.api.clone();
        async move {
            let errand = placing.errand();
            let at_nodes = NODES.map(|node| api.settle(node, &errand));
            futures_util::future::join_all(at_nodes).await
        }
    });
    let sends = tokio::spawn(futures_util::future::join_all(sends));
    until("something is held", Duration::from_secs(10), || async {
        let stock = cluster.api.stock(leader, "shoe").await;
        stock.is_some_and(|stock| stock["held"].as_u64() > Some(0))
    })
    .await;
    cluster.kill(&[leader]);
    let mut unsure = 0;
    for sent in sends.await.expect("sending does not panic") {
        unsure += sent.iter().filter(|sent| sent.unsure).count();
        let answers: Vec<Answer> =
            sent.into_iter().map(|sent| sent.answer.expect("a definite answer")).collect();
        let ids: BTreeSet<&str> = answers.iter().map(|answer| answer.text("id")).collect();
        assert!(answers.iter().all(Answer::is_done) && ids.len() == 1, "{answers:#?}");
    }
    cluster.story.tell(format!("{unsure} sends were unsure on the way"));
    cluster.start_node(leader);
    cluster.ready().await;
    caught_up(&cluster).await;
    for node in NODES {
        let stock = cluster.api.stock(node, "shoe").await.expect("it answers");
        assert_eq!(stock["held"], BUYERS as u64, "each key took effect once: {stock}");
    }
}

fn placing(number: usize) -> Placing {
    Placing { product: "shoe".to_owned(), buyer: format!("buyer-{number}"), key: format!("key-{number}") }
}

async fn at_all_nodes(cluster: &Cluster, placing: &Placing) -> Vec<Answer> {
    let errand = placing.errand();
    let sends = NODES.map(|node| cluster.api.settle(node, &errand));
    let sent = futures_util::future::join_all(sends).await;
    sent.into_iter().map(|sent| sent.answer.expect("a definite answer")).collect()
}

/// The one reservation that all of `answers` are about; all but one are replays.
fn one_grant(answers: Vec<Answer>) -> String {
    let id = answers[0].text("id").to_owned();
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.text("id") == id), "{answers:#?}");
    let fresh = answers.iter().filter(|answer| !answer.replayed).count();
    assert_eq!(fresh, 1, "one is first, the others are replays: {answers:#?}");
    id
}

fn across_the_kill(
    cluster: &Cluster,
    placing: &Placing,
    answered: Arc<AtomicUsize>,
) -> impl Future<Output = Answer> + use<> {
    let (api, errand) = (cluster.api.clone(), placing.errand());
    async move {
        // For long enough to have sent before, during and after.
        let mut last = None;
        for node in NODES.into_iter().cycle().take(9) {
            last = api.settle(node, &errand).await.answer;
            answered.fetch_add(1, Relaxed);
        }
        last.expect("a definite answer")
    }
}

async fn audit(cluster: &Cluster) -> serde_json::Value {
    cluster.api.audit(1).await.expect("it answers")
}
