//! What an append costs on this machine's disk. Run by hand:
//! `cargo test --release -p flashsale-raft --test log_store cost -- --ignored --nocapture`.

use std::sync::Arc;
use std::time::Instant;

use raft::disk::RealDisk;
use raft::log::{Drive, Log, Options};

use crate::support::*;

async fn measure(shards: u16, appends: u64, entry_bytes: usize) {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { drive: Drive::Threads, ..Options::default() };
    let log = Log::open(Arc::new(RealDisk), &dir.path().join("log"), options).unwrap();
    let started = Instant::now();
    let writing = (0..shards).map(|number| {
        let mut shard = shard(&log, number);
        tokio::spawn(async move {
            let mut micros = Vec::new();
            for index in 0..appends {
                let started = Instant::now();
                append(&mut shard, entries(1, index..index + 1, entry_bytes)).await.unwrap();
                micros.push(started.elapsed().as_micros());
            }
            micros
        })
    });
    let writing: Vec<_> = writing.collect();
    let mut micros = Vec::new();
    for task in writing {
        micros.extend(task.await.unwrap());
    }
    let (took, stats) = (started.elapsed(), log.stats());
    micros.sort_unstable();
    let [p50, p99] = [50, 99].map(|percent| micros[(micros.len() - 1) * percent / 100]);
    let per_second = u128::from(appends) * u128::from(shards) * 1_000_000 / took.as_micros();
    let per_frame = stats.records / stats.frames;
    let sync = stats.sync_micros_sum / stats.frames;
    eprintln!(
        "{shards:3} shards, {entry_bytes:6} bytes: {per_second:7} appends/s, p50 {p50} µs, p99 {p99} µs; \
         {} frames, {per_frame} records each, write and sync {sync} µs",
        stats.frames
    );
    log.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures this machine"]
async fn appends_and_syncs() {
    measure(1, 3000, 100).await;
    measure(1, 3000, 4000).await;
    measure(3, 2000, 100).await;
    measure(16, 1000, 100).await;
    measure(64, 500, 100).await;
    measure(64, 100, 100_000).await;
}
