//! A watcher: looks at the stock of what is on sale, at every node, for as long as the sale goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::api::Api;
use super::crowd::Crowd;
use super::invariants::conserved::Sample;
use super::local::{Cluster, NODES};
use super::shelf::Shelf;

/// How often every node is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// A watcher at work.
#[derive(Debug)]
pub(crate) struct Watcher {
    closing: Arc<AtomicBool>,
    looking: JoinHandle<Vec<Sample>>,
}

impl Watcher {
    /// Begins to look at what the crowd buys.
    pub(crate) fn begin(cluster: &Cluster, crowd: &Crowd) -> Watcher {
        Watcher::watch(cluster, crowd.shelf())
    }

    /// Begins to look at what is on a shelf.
    pub(crate) fn watch(cluster: &Cluster, shelf: Shelf) -> Watcher {
        let closing = Arc::new(AtomicBool::new(false));
        let looking = look(cluster.api.clone(), shelf, Arc::clone(&closing));
        Watcher { closing, looking: tokio::spawn(looking) }
    }

    /// Stops looking. Gives what was seen.
    pub(crate) async fn end(self) -> Vec<Sample> {
        self.closing.store(true, Relaxed);
        self.looking.await.expect("looking on cannot fail")
    }
}

async fn look(api: Api, shelf: Shelf, closing: Arc<AtomicBool>) -> Vec<Sample> {
    let api = Api { door: api.door.answering_within(Duration::from_millis(500)) };
    let mut seen = Vec::new();
    while !closing.load(Relaxed) {
        let product = shelf.current();
        for node in NODES {
            let stock = api.stock(node, &product).await;
            seen.extend(stock.map(|stock| Sample::read(node, &product, &stock)));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    seen
}
