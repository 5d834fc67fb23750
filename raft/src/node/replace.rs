//! Replacing a node of a running cluster by another one, in every shard's group.
//!
//! Whoever is asked looks where each shard stands, has its leader take the next step, and tells what is still to be done.
//! What it goes by are the shards' memberships, and who comes in whose place, which every member notes down before the
//! first step: so it can be asked again, anywhere, at any time, until all is done.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use engine::{ShardId, codec};
use futures_util::StreamExt;
use tokio::time::Instant;
use tracing::info;

use super::about::{self, AboutRequest, AboutShard};
use super::replica::Replica;
use super::survey::{ANSWER_WITHIN, Survey};
use super::swap::{self, Past, Stage, SwapRequest};
use super::{Node, handler};
use crate::call;
use crate::peer::Refusal;
use crate::turnover::{Notice, Turnover};
use crate::types::NodeId;

/// How long one call may take, all in all: less than a caller waits.
const WITHIN: Duration = Duration::from_secs(4);
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
    /// What is waited for before any shard is taken on, or once all are done.
    pub waiting: Option<String>,
}

/// A replacement is not to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Irreplaceable {
    /// For this reason, now or ever.
    #[error("{0}")]
    Refused(String),
    /// Not by way of this node, which comes or goes: it does not know enough of the cluster yet, or any more.
    #[error("this node is one that comes or goes: another one is to be asked")]
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
        let Replacement { old, new, .. } = *replacement;
        if old == new {
            return Err(Irreplaceable::Refused(format!(
                "node {new} cannot take its own place: what comes needs an id that no node had"
            )));
        }
        let survey = self.survey(old, new).await;
        let going = survey.going(old, new).map_err(Irreplaceable::Refused)?;
        let is_through = survey.is_through(&going, new);
        let own = self.config.node;
        if going.contains(&own) || (own == new && !is_through) {
            return Err(Irreplaceable::AskAnother);
        }
        let (mut pasts, mut obstacles) = (Vec::new(), Vec::new());
        if !is_through {
            pasts = self.look_at_newcomer(replacement, &survey).await?;
            if let Some(why) = survey.deadlock(&going, new) {
                return Err(Irreplaceable::Refused(why));
            }
            if let Some(why) = self.begin(replacement, &survey, &going, deadline).await? {
                return Ok(self.not_begun(&why));
            }
            obstacles = survey.obstacles(&going, new);
        }
        let reaching = survey.reaching(new);
        let step = |(place, replica)| {
            let (address, past) = (replacement.address.clone(), pasts.get(place).copied());
            let request =
                SwapRequest { going: going.clone(), new, address, reaching: reaching.clone(), past };
            let obstacle = obstacles.get(place).cloned().flatten();
            async move {
                match obstacle {
                    Some(obstacle) => Stage::Waiting(obstacle),
                    None => self.step(replica, request, deadline).await,
                }
            }
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
        let waiting = if swapped { self.retire(&survey, going, new, deadline).await } else { None };
        Ok(Progress { done: swapped && waiting.is_none(), shards, waiting })
    }

    /// What the newcomer has of each shard, if it is there and is of this cluster.
    async fn look_at_newcomer(
        &self,
        replacement: &Replacement,
        survey: &Survey,
    ) -> Result<Vec<Past>, Irreplaceable> {
        let Replacement { old, new, address } = replacement;
        let begun = survey.turnover.knows(*old, *new);
        let irreplaceable = |why: String| {
            let instead = format!("; if it is lost for good, replace it by another one: `--old {new}`");
            let instead = if begun { instead.as_str() } else { "" };
            Irreplaceable::Refused(format!("node {new} cannot come in: {why}{instead}"))
        };
        let request = AboutRequest { origins: true };
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
        let pasts: Vec<Past> = about.shards.into_iter().map(past).collect();
        if !begun {
            self.check_pasts(*new, &pasts, survey).await?;
        }
        Ok(pasts)
    }

    /// Each shard's leader judges as well: its state has begun if any has. But what can be told here is told before
    /// anything is noted of the newcomer.
    async fn check_pasts(&self, new: NodeId, pasts: &[Past], survey: &Survey) -> Result<(), Irreplaceable> {
        for ((replica, past), members) in self.replicas.iter().zip(pasts).zip(&survey.members) {
            let origin = about::origin(replica).await;
            let objection = swap::objection(new, Some(*past), origin);
            if let Some(Stage::Refused(why)) = objection.filter(|_| !members.contains(new)) {
                return Err(Irreplaceable::Refused(why));
            }
        }
        Ok(())
    }

    /// Has the newcomer and then every member that answers note down who comes in whose place, one after the other by their
    /// ids: of two replacements that begin at once and do not go together, the one goes on that is the first at the newcomer
    /// if they want the same one, and else at a member that both must ask. What is waited for, if one could not.
    async fn begin(
        &self,
        replacement: &Replacement,
        survey: &Survey,
        going: &BTreeSet<NodeId>,
        deadline: Instant,
    ) -> Result<Option<String>, Irreplaceable> {
        let Replacement { old, new, .. } = *replacement;
        let mut news = survey.turnover.clone();
        if !news.knows(old, new) {
            news = news.and(&Turnover::of_pair(old, new));
            info!(old, new, ?going, "begins to replace a node");
        }
        let unaware = survey.unaware(&news, going);
        let unaware = unaware.first().map(|_| new).into_iter().chain(unaware.iter().copied());
        let notice = Notice { news, begins: Some((old, new)) };
        for node in unaware {
            match self.tell(node, &notice, deadline).await {
                Ok(None) => {}
                Ok(Some(untimely)) => return Err(Irreplaceable::Refused(untimely)),
                Err(why) => {
                    return Ok(Some(format!(
                        "node {node} has not noted down yet that node {new} comes in the place of node {old}: {why}"
                    )));
                }
            }
        }
        Ok(None)
    }

    fn not_begun(&self, why: &str) -> Progress {
        let shards = self.replicas.iter().map(|replica| (replica.shard, Stage::Waiting(why.to_owned())));
        Progress { done: false, shards: shards.collect(), waiting: Some(why.to_owned()) }
    }

    /// Tells a node of the turnover. What speaks against it there, if anything does; or why it did not note it down.
    async fn tell(&self, node: NodeId, notice: &Notice, deadline: Instant) -> Result<Option<String>, String> {
        if node == self.config.node {
            let noted = handler::turnover(node, &self.acquaintances, &self.peers, notice.clone()).await;
            return noted.map_err(|refusal| refusal.to_string());
        }
        let body = Bytes::from(codec::encode(notice));
        let answer = self.peers.call(node, 0, call::TURNOVER, body, deadline).await;
        let answer = answer.map_err(|error| error.to_string())?;
        codec::decode(&answer).map_err(|error| error.to_string())
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

    /// Tells every member that those of `going` are retired. What is waited for, if not all have noted it down.
    async fn retire(
        &self,
        survey: &Survey,
        going: BTreeSet<NodeId>,
        new: NodeId,
        deadline: Instant,
    ) -> Option<String> {
        let mut others: BTreeSet<NodeId> =
            self.replicas.iter().flat_map(|replica| replica.roster.get().all_voters()).collect();
        others.extend(survey.voters());
        others.insert(new);
        others.retain(|node| !going.contains(node) && *node != self.config.node);
        let known = survey.turnover.clone().and(&self.acquaintances.turnover());
        let notice = Notice { news: known.and(&Turnover::of_retired(going.clone())), begins: None };
        let told = others.into_iter().map(|node| self.tell(node, &notice, deadline));
        let failed = futures_util::future::join_all(told).await.into_iter().find_map(Result::err);
        let own = self.tell(self.config.node, &notice, deadline).await;
        let failed = failed.or(own.err());
        failed.map(|why| format!("not every node has noted down that {} retired: {why}", are(&going)))
    }
}

fn are(nodes: &BTreeSet<NodeId>) -> String {
    let names: Vec<String> = nodes.iter().map(|node| format!("node {node}")).collect();
    format!("{} {}", names.join(" and "), if names.len() == 1 { "is" } else { "are" })
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
