//! When a local cluster is ready: every node answers, and every shard has a leader.

use std::time::{Duration, Instant};

use super::{Error, Local};
use crate::client::{Api, Call, ClusterStatus};

/// How long a cluster may take to be ready. Damage to be repaired and long logs to be read are part of it.
const READY_MAX: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

impl Local {
    /// Waits until all is ready, or a node has ended.
    pub(crate) async fn ready(&mut self) -> Result<(), Error> {
        let apis = self.nodes.iter().map(|node| self.api_at(node)).collect::<Result<Vec<_>, _>>()?;
        tokio::select! {
            ready = all_ready(&apis) => ready,
            (node, status) = self.next_end() => {
                let said = self.node(node).map(|node| node.last_words()).unwrap_or_default();
                Err(Error::Died { node, status, said })
            }
        }
    }
}

async fn all_ready(apis: &[Api]) -> Result<(), Error> {
    let start = Instant::now();
    loop {
        let Some(reason) = missing(apis).await else { return Ok(()) };
        if start.elapsed() > READY_MAX {
            return Err(Error::NotReady { seconds: READY_MAX.as_secs(), reason });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What is still missing; nothing if all is ready.
async fn missing(apis: &[Api]) -> Option<String> {
    for api in apis {
        if let Err(error) = api.call(Call::get("/readyz")).await {
            return Some(error.to_string());
        }
        match api.call(Call::get("/v1/cluster")).await.and_then(|reply| reply.read::<ClusterStatus>()) {
            Err(error) => return Some(error.to_string()),
            Ok(status) => {
                let leaderless = status.shards.iter().find(|shard| shard.leader.is_none());
                if let Some(shard) = leaderless {
                    return Some(format!("shard {} has no leader", shard.id));
                }
            }
        }
    }
    None
}
