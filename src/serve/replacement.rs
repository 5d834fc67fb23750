//! Another node in the place of one, by way of this node.

use gateway::port::{NotReplaced, Replacement, ReplacementShard, ReplacementStage, ReplacementStatus};
use raft::node::{Irreplaceable, Node, Replacement as NodeReplacement, Stage};

/// Takes a replacement further; why it is not to be, if it is not.
pub(super) async fn take_further(
    node: &Node,
    replacement: Replacement,
) -> Result<ReplacementStatus, NotReplaced> {
    let Replacement { old, new, peer } = replacement;
    let taken = node.replace(&NodeReplacement { old, new, address: peer }).await;
    let progress = taken.map_err(|why| match why {
        Irreplaceable::Refused(why) => NotReplaced::Refused(why),
        Irreplaceable::AskAnother => NotReplaced::AskAnother,
    })?;
    let shards =
        progress.shards.into_iter().map(|(shard, stage)| ReplacementShard { id: shard.0, stage: of(stage) });
    Ok(ReplacementStatus {
        old,
        new,
        done: progress.done,
        shards: shards.collect(),
        waiting: progress.waiting,
    })
}

fn of(stage: Stage) -> ReplacementStage {
    match stage {
        Stage::Done => ReplacementStage::Done,
        Stage::Adding => ReplacementStage::Adding,
        Stage::CatchingUp(behind) => ReplacementStage::CatchingUp { behind },
        Stage::HandingOver => ReplacementStage::HandingOver,
        Stage::Swapping => ReplacementStage::Swapping,
        Stage::Waiting(reason) | Stage::Refused(reason) => ReplacementStage::Waiting { reason },
    }
}
