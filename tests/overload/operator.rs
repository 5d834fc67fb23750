//! An operator, who looks at the cluster every now and then while it is under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use crate::cluster::{Api, NODES};

/// How often an operator looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// An operator at work.
pub(crate) struct Operator {
    closing: Arc<AtomicBool>,
    looking: JoinHandle<Looks>,
}

/// What an operator met with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks {
    pub(crate) answered: u64,
    pub(crate) unanswered: u64,
    pub(crate) longest: Duration,
}

impl Operator {
    /// Begins to look, at each node in turn.
    pub(crate) fn begin(api: Api) -> Operator {
        let closing = Arc::new(AtomicBool::new(false));
        let looking = tokio::spawn(look(api, Arc::clone(&closing)));
        Operator { closing, looking }
    }

    /// Stops looking.
    pub(crate) async fn end(self) -> Looks {
        self.closing.store(true, Relaxed);
        self.looking.await.expect("looking on cannot fail")
    }
}

async fn look(api: Api, closing: Arc<AtomicBool>) -> Looks {
    let mut looks = Looks::default();
    for node in NODES.into_iter().cycle() {
        if closing.load(Relaxed) {
            break;
        }
        let asked = Instant::now();
        let shards = api.shards(node).await;
        looks.longest = looks.longest.max(asked.elapsed());
        // An answer that knows no leader is as bad as none.
        let is_good = shards.is_some_and(|shards| shards.iter().all(|shard| shard.leader.is_some()));
        looks.answered += u64::from(is_good);
        looks.unanswered += u64::from(!is_good);
        tokio::time::sleep(LOOK_EVERY).await;
    }
    looks
}
