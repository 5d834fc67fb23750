//! The killer: strikes the leader of the product's shard at the worst moment, and brings the node back.

use std::time::{Duration, Instant};

use engine::{ProductId, ShardId};

use super::Error;
use super::outage::Outage;
use super::plan::Plan;
use super::progress::Progress;
use crate::client::{Api, Call, ClusterStatus};
use crate::up::Local;

/// How often the killer looks.
const LOOK: Duration = Duration::from_millis(1);
/// How long it waits for the moment, and afterwards for the new leader.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// Kills the leader while units are free, holds are live and payments under way; starts the node again when its successor
/// has answered. Gives the node's id; nothing if the moment never came.
pub(super) async fn strike(
    plan: &Plan,
    cluster: &mut Local,
    progress: &Progress,
    outage: &Outage,
) -> Result<Option<u64>, Error> {
    let api = cluster.api()?;
    if !wait_until(|| progress.granted.get() > 0).await {
        return Ok(None);
    }
    let Some(leader) = leader(&api).await? else { return Ok(None) };
    if !wait_until(|| is_the_moment(plan, progress)).await {
        return Ok(None);
    }
    let Some(node) = cluster.node(leader) else { return Ok(None) };
    outage.kill();
    node.kill();
    // It fails only for a process that was waited for before.
    let _ = node.ended().await;
    outage.gone();
    wait_until(|| outage.is_over()).await;
    cluster.restart(leader)?;
    Ok(Some(leader))
}

/// A third is granted, more than a fifth free, somebody holds and somebody pays.
fn is_the_moment(plan: &Plan, progress: &Progress) -> bool {
    let stock = i64::from(plan.stock);
    let (granted, paying) = (progress.granted.get(), progress.paying.get());
    granted * 3 >= stock
        && progress.free(plan.stock) * 5 > stock
        && paying > 0
        && progress.held.get() > paying
}

async fn wait_until(condition: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > WAIT_MAX {
            return false;
        }
        tokio::time::sleep(LOOK).await;
    }
    true
}

/// The node that leads the product's shard.
async fn leader(api: &Api) -> Result<Option<u64>, Error> {
    let status: ClusterStatus = api.call(Call::get("/v1/cluster")).await?.read()?;
    let product = ProductId::new(Plan::PRODUCT).expect("the product's id is well formed");
    let shards = u16::try_from(status.shards.len()).unwrap_or(u16::MAX);
    let shard = ShardId::of_product(&product, shards);
    Ok(status.shards.into_iter().find(|known| known.id == shard.0).and_then(|known| known.leader))
}
