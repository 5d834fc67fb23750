//! Wall clocks that a test sets. The nodes run on one machine and so by one clock: each reads how far its own is off from a
//! file (`wall-clock/src/offset.rs`).

use std::path::PathBuf;

use super::local::{Cluster, NODES};
use super::settings::Settings;

/// Names the file.
const VARIABLE: &str = "FLASHSALE_WALL_CLOCK_OFFSET";

/// The wall clock of a node.
#[derive(Clone, Debug)]
pub(crate) struct NodeClock(PathBuf);

impl NodeClock {
    /// From now on it is so many milliseconds ahead.
    pub(crate) fn set(&self, ahead: i64) {
        let aside = self.0.with_extension("new");
        std::fs::write(&aside, ahead.to_string()).expect("written");
        std::fs::rename(&aside, &self.0).expect("renamed: a node never reads half of it");
    }
}

impl Cluster {
    /// Starts a cluster whose nodes' clocks can be set.
    pub(crate) async fn with_clocks(settings: Settings) -> Cluster {
        let mut cluster = Cluster::prepare(settings);
        cluster.clock_all();
        cluster.begin().await;
        cluster
    }

    /// Gives clocks that can be set, and are right, to all nodes, of which none runs yet.
    pub(crate) fn clock_all(&mut self) {
        NODES.into_iter().for_each(|node| self.clocked(node).set(0));
    }

    /// From now on a node that does not run yet is started with a clock that can be set, and must be.
    pub(crate) fn clocked(&mut self, node: u64) -> NodeClock {
        let clock = self.clock(node);
        let file = clock.0.to_str().expect("text").to_owned();
        self.node(node).told(vec![(VARIABLE.to_owned(), file)]);
        clock
    }

    /// The wall clock of a node.
    pub(crate) fn clock(&self, node: u64) -> NodeClock {
        NodeClock(self.file(&format!("clock-of-{node}")))
    }
}
