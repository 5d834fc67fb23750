//! About: what a node says of itself, and of the groups that it belongs to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bincode::{Decode, Encode};
use bytes::Bytes;
use engine::{ShardId, codec};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::Node;
use super::replica::Replica;
use crate::call;
use crate::members::Members;
use crate::peer::{Acquaintances, Error, Peers, Refusal};
use crate::shard::inbox::Work;
use crate::turnover::Turnover;
use crate::types::NodeId;

/// How long the others may take to say something of themselves.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// What is wanted to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct AboutRequest {
    /// Whether the origin of every shard is: it takes a look at each shard's state.
    pub(crate) origins: bool,
}

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct About {
    pub(crate) node: NodeId,
    /// Where its clients reach it.
    pub(crate) http: String,
    /// The nodes that it is connected to.
    pub(crate) connected: BTreeSet<NodeId>,
    /// Whom it knows to have come in whose place, and to be gone for good.
    pub(crate) turnover: Turnover,
    /// Every shard, in order.
    pub(crate) shards: Vec<AboutShard>,
}

/// What a node says of a shard.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct AboutShard {
    /// Who belongs to its group, if the node's log says so: then the group was founded.
    pub(crate) members: Option<Members>,
    /// What no other history has: the secret that the state began with. Nothing if it was not asked for, or the state has
    /// not begun.
    pub(crate) origin: Option<[u8; 16]>,
}

/// Who there is, as far as the nodes that can be reached say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    /// Where clients reach each node that said so.
    pub http: BTreeMap<NodeId, String>,
    /// Who belongs to each shard's group, by the newest word of its log.
    pub members: BTreeMap<ShardId, Members>,
}

impl Node {
    /// Asks every node known here who there is.
    pub async fn census(&self) -> Census {
        let own = self.config.node;
        let mut members: BTreeMap<ShardId, Members> =
            self.replicas.iter().map(|replica| (replica.shard, replica.roster.get())).collect();
        let nodes: BTreeSet<NodeId> = members.values().flat_map(Members::nodes).collect();
        let mut http = BTreeMap::from([(own, self.config.http.clone())]);
        let (request, deadline) = (AboutRequest { origins: false }, Instant::now() + ANSWER_WITHIN);
        let asked = nodes
            .into_iter()
            .filter(|&node| node != own)
            .map(|node| ask(&self.peers, node, request, deadline));
        for about in futures_util::future::join_all(asked).await.into_iter().flatten() {
            http.insert(about.node, about.http);
            for (known, said) in members.values_mut().zip(about.shards) {
                *known = std::mem::take(known).newer(said.members.unwrap_or_default());
            }
        }
        Census { http, members }
    }
}

/// What this node says of itself.
pub(super) async fn of(
    node: NodeId,
    http: &str,
    peers: &Peers,
    acquaintances: &Acquaintances,
    replicas: &[Replica],
    request: AboutRequest,
) -> About {
    let mut shards = Vec::new();
    for replica in replicas {
        shards.push(of_shard(replica, request).await);
    }
    let (connected, turnover) = (peers.connected().into_iter().collect(), acquaintances.turnover());
    About { node, http: http.to_owned(), connected, turnover, shards }
}

async fn of_shard(replica: &Replica, request: AboutRequest) -> AboutShard {
    let members = Some(replica.roster.get()).filter(|members| members.entry.is_some());
    let origin = if request.origins { origin(replica).await } else { None };
    AboutShard { members, origin }
}

/// What no other history of the shard has; nothing before its state has begun.
pub(super) async fn origin(replica: &Replica) -> Option<[u8; 16]> {
    let (tell, told) = oneshot::channel();
    replica.inbox.push(Work::Inspect(Box::new(move |core| {
        // Whoever asked may have gone away.
        let _gone = tell.send(core.engine().secret().copied());
    })));
    told.await.ok()?
}

/// Asks `node` about itself.
///
/// # Errors
/// Why it does not say.
pub(super) async fn ask(
    peers: &Peers,
    node: NodeId,
    request: AboutRequest,
    deadline: Instant,
) -> Result<About, Error> {
    let body = Bytes::from(codec::encode(&request));
    let answer = peers.call(node, 0, call::ABOUT, body, deadline).await?;
    codec::decode(&answer).map_err(|error| Error::Refused { node, refusal: Refusal::failed(error) })
}
