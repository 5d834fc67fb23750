//! Founding: a new cluster's shards get their groups, each by the node that should lead it, and by another if that one does
//! not come.
//!
//! A node that is empty is not always a new cluster's: it may be about to take another node's place in one that runs. So
//! nobody founds anything before a majority of the configured nodes said that there is no group yet.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use openraft::BasicNode;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use super::Config;
use super::about::{self, About, AboutRequest};
use super::replica::Replica;
use crate::peer::Peers;

/// How long a node that is not to lead a new shard waits before it founds the shard's group all the same.
const FOUND_AFTER: Duration = Duration::from_secs(3);
/// How often the others are asked while too few of them have answered.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// How often it is looked whether this node was made a member of the groups that others have.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long the others have to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// What is known of a shard's group that this node does not belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// Somebody has it.
    There,
    /// A majority has none.
    New,
    /// Too few have answered.
    Unknown,
}

/// Founds the groups that are to be founded, until `stop` or until this node belongs to every group.
pub(super) async fn groups(config: Config, replicas: Arc<[Replica]>, peers: Peers, stop: CancellationToken) {
    tokio::select! {
        () = found(&config, &replicas, &peers) => {}
        () = stop.cancelled() => {}
    }
}

async fn found(config: &Config, replicas: &[Replica], peers: &Peers) {
    let (began, mut told) = (Instant::now(), false);
    loop {
        let mut without = Vec::new();
        for replica in replicas {
            if !replica.raft.is_initialized().await.unwrap_or(true) {
                without.push(replica);
            }
        }
        if without.is_empty() {
            return;
        }
        let answers = ask(config, peers).await;
        let mut there = 0;
        for replica in &without {
            let preferred = config.preferred(replica.shard.0) == config.node;
            match group(&answers, usize::from(replica.shard.0), config.members.len()) {
                Group::There => there += 1,
                Group::New if preferred || began.elapsed() >= FOUND_AFTER => found_one(config, replica).await,
                Group::New | Group::Unknown => {}
            }
        }
        let all_there = there == without.len();
        // In a new cluster this node hears of the groups that others founded a moment later.
        if all_there && !told && began.elapsed() >= FOUND_AFTER {
            told = true;
            let node = config.node;
            info!(
                node,
                "the others have a cluster already: this node becomes a member of it by `flashsale cluster replace --new {node}`"
            );
        }
        tokio::time::sleep(if all_there { LOOK_EVERY } else { ASK_EVERY }).await;
    }
}

async fn ask(config: &Config, peers: &Peers) -> Vec<About> {
    let deadline = Instant::now() + ANSWER_WITHIN;
    let request = AboutRequest { origins: false };
    let asked = config.others().into_iter().map(|other| about::ask(peers, other, request, deadline));
    futures_util::future::join_all(asked).await.into_iter().flatten().collect()
}

/// What `answers` say of a shard's group in a cluster of so many `members`. This node itself has none.
fn group(answers: &[About], shard: usize, members: usize) -> Group {
    let said = || answers.iter().filter_map(|about| about.shards.get(shard));
    if said().any(|about| about.members.is_some()) {
        return Group::There;
    }
    if (said().count() + 1) * 2 > members { Group::New } else { Group::Unknown }
}

async fn found_one(config: &Config, replica: &Replica) {
    let nodes: BTreeMap<_, _> =
        config.members.iter().map(|(&node, address)| (node, BasicNode::new(address))).collect();
    if let Err(error) = replica.raft.initialize(nodes).await {
        debug!(shard = %replica.shard, %error, "the group is there already");
    }
}

#[cfg(test)]
mod tests {
    use super::super::about::AboutShard;
    use super::*;
    use crate::members::Members;

    fn about(founded: bool) -> About {
        let members = founded.then(Members::default);
        let shards = vec![AboutShard { members, origin: None }];
        About {
            node: 9,
            http: String::new(),
            connected: Default::default(),
            turnover: Default::default(),
            shards,
        }
    }

    #[test]
    fn a_group_is_new_only_if_a_majority_has_none_and_nobody_has_it() {
        assert_eq!(group(&[], 0, 3), Group::Unknown);
        assert_eq!(group(&[about(false)], 0, 3), Group::New);
        assert_eq!(group(&[about(false), about(true)], 0, 3), Group::There);
        assert_eq!(group(&[about(true)], 0, 3), Group::There);
        assert_eq!(
            group(&[about(false)], 1, 3),
            Group::Unknown,
            "who has fewer shards says nothing of this one"
        );
    }
}
