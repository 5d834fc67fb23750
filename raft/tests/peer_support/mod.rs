//! A small node around the transport, in memory: enough of a log and a state machine for openraft to run on.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses a part of it")]

pub mod handler;
pub mod log_store;
pub mod machine;
pub mod node;
pub mod random;
pub mod raw;

use std::time::Duration;

use raft::peer::Options;
use raft::types::NodeId;
use tokio::time::{Instant, sleep, timeout};

/// How long anything may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Options under which tests need not wait long.
pub fn options(node: NodeId) -> Options {
    Options {
        connect_timeout: Duration::from_millis(500),
        ping_interval: Duration::from_millis(100),
        // What is to be told at once is not to be mistaken for what is found out by waiting.
        snapshot_chunk_timeout: 2 * PATIENCE,
        ..Options::new("test", node)
    }
}

/// A deadline so many milliseconds from now.
pub fn within_ms(milliseconds: u64) -> Instant {
    Instant::now() + Duration::from_millis(milliseconds)
}

/// Waits until `condition` holds.
pub async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let waited = timeout(PATIENCE, async {
        while !condition().await {
            sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(waited.await.is_ok(), "waited in vain until {what}");
}
