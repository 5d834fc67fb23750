#![allow(clippy::unwrap_used, missing_docs)]
mod peer_support;
use bytes::Bytes;
use peer_support::handler::ECHO;
use peer_support::node::*;
use peer_support::*;
use tokio::time::Instant;
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn speed() {
    let (server, _) = server(options(2), ANYWHERE).await;
    let peers = peers(options(1), 2, server.address());
    for callers in [1_u64, 64, 512] {
        let began = Instant::now();
        let per = 40_000 / callers.max(4);
        let tasks: Vec<_> = (0..callers).map(|_| { let peers = peers.clone(); tokio::spawn(async move {
            for _ in 0..per { peers.call(2, 0, ECHO, Bytes::from_static(&[0; 50]), within_ms(5000)).await.unwrap(); }
        })}).collect();
        for t in tasks { t.await.unwrap(); }
        let took = began.elapsed();
        println!("{callers} callers: {:.0}/s, {:?} each", (callers*per) as f64 / took.as_secs_f64(), took / u32::try_from(per).unwrap());
    }
    let began = Instant::now();
    let body = Bytes::from(vec![0; 1 << 20]);
    let tasks: Vec<_> = (0..8).map(|_| { let (peers, body) = (peers.clone(), body.clone()); tokio::spawn(async move {
        for _ in 0..50 { peers.call(2, 0, ECHO, body.clone(), within_ms(5000)).await.unwrap(); }
    })}).collect();
    for t in tasks { t.await.unwrap(); }
    println!("1 MiB there and back: {:.0} MB/s each way", 400.0 / began.elapsed().as_secs_f64());
    let cluster = Cluster::start(3).await;
    let leader = cluster.leader().await;
    for callers in [1_u64, 64, 256] {
        let per = 20_000 / callers.max(10);
        let began = Instant::now();
        let tasks: Vec<_> = (0..callers).map(|_| { let raft = cluster.nodes[&leader].raft.clone(); tokio::spawn(async move {
            for _ in 0..per { raft.client_write(raft::types::Payload(Bytes::from_static(&[0; 50]))).await.unwrap(); }
        })}).collect();
        for t in tasks { t.await.unwrap(); }
        let took = began.elapsed();
        println!("raft, {callers} callers: {:.0}/s, {:?} each", (callers*per) as f64 / took.as_secs_f64(), took / u32::try_from(per).unwrap());
    }
    cluster.stop_all().await;
    peers.shutdown().await;
    server.shutdown().await;
}
