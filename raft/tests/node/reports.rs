//! Reports of replicas, when there is much to report.

use crate::cluster::{Cluster, SHARD, put};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_replica_reports_all_of_its_products_however_many_there_are() {
    // More than one answer takes.
    const PRODUCTS: usize = 50_000;
    let cluster = Cluster::start().await;
    put(&cluster.leader, 0..PRODUCTS).await;
    cluster.settled().await;
    let reports = cluster.others[1].reports(SHARD, true, None).await;
    assert_eq!(reports.iter().map(|report| report.node).collect::<Vec<_>>(), [3, 1, 2]);
    for report in &reports {
        let audited = report.audited.as_ref().unwrap();
        assert!(audited.hash_holds);
        assert_eq!(audited.products.len(), PRODUCTS, "node {}", report.node);
        assert_eq!(audited.products, reports[0].audited.as_ref().unwrap().products, "node {}", report.node);
        assert!(audited.products.iter().all(engine::ProductAudit::is_sound));
    }
    let one = cluster.others[1].reports(SHARD, true, Some("product-7".parse().unwrap())).await;
    assert!(one.iter().all(|report| report.audited.as_ref().unwrap().products.len() == 1));
    assert!(cluster.leader.reports(SHARD, false, None).await.iter().all(|report| report.audited.is_none()));
    cluster.stop().await;
}
