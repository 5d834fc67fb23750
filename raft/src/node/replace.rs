//! Replacing a node of a running cluster by another one, in every shard's group.
//!
//! Whoever is asked looks where each shard stands, has its leader take the next step, and tells what is still to be done.
//! It keeps nothing from one call to the next, so it can be asked again, anywhere, at any time, until all is done.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use engine::{ShardId, codec};
use futures_util::StreamExt;
use tokio::time::Instant;

use super::about::{self, About, AboutRequest, AboutShard};
use super::replica::Replica;
use super::swap::{self, Past, Stage, SwapRequest};
use super::{Node, handler};
use crate::call;
use crate::members::Members;
use crate::peer::Refusal;
use crate::types::NodeId;

/// How long one call may take, all in all: less than a caller waits.
const WITHIN: Duration = Duration::from_secs(4);
/// How long a node may take to say something of itself.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// How many shards are taken on at once.
const AT_ONCE: usize = 16;

/// A node that goes and a node that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The one that goes.
    pub old: NodeId,
    /// The one that comes: no node of the cluster had its id before.
    pub new: NodeId,
    /// Where the others reach the one that comes, `host:port`.
    pub address: String,
}

/// How far a replacement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whether nothing is left to be done.
    pub done: bool,
    /// Every shard.
    pub shards: Vec<(ShardId, Stage)>,
    /// What is waited for once all shards are done.
    pub waiting: Option<String>,
}

/// A replacement is not to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Irreplaceable {
    /// For this reason, now or ever.
    #[error("{0}")]
    Refused(String),
    /// Not by way of this node, which is the one that comes: it does not know enough of the cluster yet.
    #[error("this node is the one that comes: another one is to be asked")]
    AskAnother,
}

impl Node {
    /// Takes `replacement` further, by as much as can be done at once. To be asked again until it is done. A call that is
    /// dropped does no harm.
    ///
    /// # Errors
    /// Why it is not to be, now or ever; what was done of it before stays.
    pub async fn replace(&self, replacement: &Replacement) -> Result<Progress, Irreplaceable> {
        let deadline = Instant::now() + WITHIN;
        let Replacement { old, new, address } = replacement;
        self.check_ids(replacement)?;
        let pending = self.replicas.iter().any(|replica| !has_swapped(&replica.roster.get(), replacement));
        let (pasts, may_vote) = match pending {
            true => (self.look_at_newcomer(replacement).await?, self.others_reach(replacement).await?),
            false => (Vec::new(), true),
        };
        let step = |(place, replica)| {
            let (address, past) = (address.clone(), pasts.get(place).copied());
            self.step(replica, SwapRequest { old: *old, new: *new, address, may_vote, past }, deadline)
        };
        let steps: Vec<_> = self.replicas.iter().enumerate().map(step).collect();
        let stages: Vec<Stage> = futures_util::stream::iter(steps).buffered(AT_ONCE).collect().await;
        let shards: Vec<(ShardId, Stage)> =
            self.replicas.iter().map(|replica| replica.shard).zip(stages).collect();
        let refused = shards.iter().find_map(|(shard, stage)| match stage {
            Stage::Refused(why) => Some(format!("{why} (shard {shard})")),
            _ => None,
        });
        if let Some(why) = refused {
            return Err(Irreplaceable::Refused(why));
        }
        let swapped = shards.iter().all(|(_, stage)| *stage == Stage::Done);
        let waiting = if swapped { self.retire(*old, deadline).await } else { None };
        Ok(Progress { done: swapped && waiting.is_none(), shards, waiting })
    }

    fn check_ids(&self, replacement: &Replacement) -> Result<(), Irreplaceable> {
        let Replacement { old, new, .. } = replacement;
        if old == new {
            return Err(Irreplaceable::Refused(format!(
                "node {new} cannot take its own place: what comes needs an id that no node had"
            )));
        }
        if self.acquaintances.retired().contains(new) {
            return Err(Irreplaceable::Refused(format!(
                "node {new} was replaced before, and its id is not used again: what comes needs an id that no node had"
            )));
        }
        Ok(())
    }

    /// What the newcomer has of each shard, if it is there and is of this cluster.
    async fn look_at_newcomer(&self, replacement: &Replacement) -> Result<Vec<Past>, Irreplaceable> {
        let Replacement { new, address, .. } = replacement;
        let irreplaceable = |why: String| Irreplaceable::Refused(format!("node {new} cannot come in: {why}"));
        let request = AboutRequest { origins: true };
        if *new == self.config.node {
            return Err(Irreplaceable::AskAnother);
        }
        let is_connected = self.peers.connected().contains(new);
        if !is_connected || self.peers.address(*new).as_deref() != Some(address) {
            let tried = self.peers.try_address(*new, address).await;
            tried.map_err(|error| irreplaceable(error.to_string()))?;
            if !self.config.members.contains_key(new) {
                self.peers.set_address(*new, address);
            }
        }
        let deadline = Instant::now() + ANSWER_WITHIN;
        let about = about::ask(&self.peers, *new, request, deadline).await;
        let about = about.map_err(|error| irreplaceable(error.to_string()))?;
        if about.shards.len() != self.replicas.len() {
            let (theirs, ours) = (about.shards.len(), self.replicas.len());
            return Err(irreplaceable(format!("it has {theirs} shards, and this cluster has {ours}")));
        }
        let past = |shard: AboutShard| Past {
            votes: shard.members.is_some_and(|members| members.is_voter(*new)),
            origin: shard.origin,
        };
        Ok(about.shards.into_iter().map(past).collect())
    }

    /// Whether every node that stays reaches the newcomer. All must answer: with the old one away, the cluster lives by
    /// each of them.
    async fn others_reach(&self, replacement: &Replacement) -> Result<bool, Irreplaceable> {
        let Replacement { old, new, .. } = replacement;
        let staying = self.voters().into_iter().filter(|node| node != old && node != new);
        let deadline = Instant::now() + ANSWER_WITHIN;
        let asked = staying.map(|node| async move { (node, self.about(node, deadline).await) });
        let mut all_reach = true;
        for (node, about) in futures_util::future::join_all(asked).await {
            let about = about.map_err(|why| {
                Irreplaceable::Refused(format!(
                    "node {node} does not answer ({why}): without it and node {old} there is no majority; bring it back first"
                ))
            })?;
            all_reach &= node == *new || about.connected.contains(new);
        }
        Ok(all_reach)
    }

    async fn about(&self, node: NodeId, deadline: Instant) -> Result<About, String> {
        let request = AboutRequest { origins: false };
        if node == self.config.node {
            return Ok(about::of(node, &self.config.http, &self.peers, &self.replicas, request).await);
        }
        about::ask(&self.peers, node, request, deadline).await.map_err(|error| error.to_string())
    }

    /// Every node that votes in any shard, as far as is known here.
    fn voters(&self) -> BTreeSet<NodeId> {
        self.replicas.iter().flat_map(|replica| replica.roster.get().all_voters()).collect()
    }

    async fn step(&self, replica: &Replica, request: SwapRequest, deadline: Instant) -> Stage {
        let leader = *replica.leader.borrow();
        let late = || Stage::Waiting("its leader did not answer in time".into());
        match leader {
            None => Stage::Waiting("no leader is known".into()),
            Some(leader) if leader == self.config.node => {
                let step = swap::step(replica, &self.peers, &request);
                tokio::time::timeout_at(deadline, step).await.unwrap_or_else(|_| late())
            }
            Some(leader) => {
                let body = Bytes::from(codec::encode(&request));
                match self.peers.call(leader, replica.shard.0, call::SWAP, body, deadline).await {
                    Ok(answer) => codec::decode(&answer).unwrap_or_else(|_| late()),
                    Err(error) => Stage::Waiting(error.to_string()),
                }
            }
        }
    }

    /// Tells every member that `old` is retired. What is waited for, if not all have noted it down.
    async fn retire(&self, old: NodeId, deadline: Instant) -> Option<String> {
        let mut retired = self.acquaintances.retired();
        retired.insert(old);
        let body = Bytes::from(codec::encode(&retired));
        let mut others = self.voters();
        others.remove(&self.config.node);
        others.remove(&old);
        let told = others.into_iter().map(|node| {
            let body = body.clone();
            async move { self.peers.call(node, 0, call::RETIRE, body, deadline).await }
        });
        let failed = futures_util::future::join_all(told).await.into_iter().find_map(Result::err);
        let own = handler::retire(self.config.node, &self.acquaintances, &self.peers, retired).await;
        let failed = failed.map(|error| error.to_string()).or(own.err().map(|refusal| refusal.to_string()));
        failed.map(|why| format!("not every node has noted down that node {old} is retired: {why}"))
    }
}

fn has_swapped(members: &Members, replacement: &Replacement) -> bool {
    !members.is_changing() && members.is_voter(replacement.new) && !members.contains(replacement.old)
}

/// What a peer is answered that asks for the next step in a shard.
pub(super) async fn answer(
    replica: &Replica,
    peers: &crate::peer::Peers,
    body: &[u8],
) -> Result<Bytes, Refusal> {
    let request: SwapRequest = codec::decode(body).map_err(Refusal::failed)?;
    Ok(codec::encode(&swap::step(replica, peers, &request).await).into())
}
