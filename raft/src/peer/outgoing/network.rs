//! openraft's network: its messages as requests to other nodes.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bincode::{Decode, Encode};
use bytes::Bytes;
use futures_util::Stream;
use openraft::base::{BoxFuture, BoxStream};
use openraft::errors::{RPCError, ReplicationClosed, StreamingError};
use openraft::network::{Backoff, RPCOption, RaftNetworkFactory, RaftNetworkV2, stream_append_sequential};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, StreamAppendError, StreamAppendResult,
    TransferLeaderRequest, TransferLeaderResponse, VoteRequest, VoteResponse,
};
use openraft::{BasicNode, OptionalSend, RPCTypes};
use tokio::time::Instant;

use super::answer::{read_answer, rpc_error};
use super::append_stream::{self, Append};
use super::link::Request;
use super::send_snapshot::{Snapshot, send_snapshot};
use crate::peer::{Error, Kind, Peers, SnapshotSource, wire};
use crate::types::{NodeId, Types, Vote};

/// What openraft's answers come as.
type Rpc<T> = Result<T, RPCError<Types>>;

/// Makes openraft's clients for one shard. `S` is the snapshot data of the shard's state machine.
#[derive(Debug)]
pub struct Networks<S> {
    peers: Peers,
    shard: u16,
    snapshots: PhantomData<fn(S)>,
}

impl<S: SnapshotSource> Networks<S> {
    /// Clients over the connections of `peers`.
    pub fn new(peers: Peers, shard: u16) -> Self {
        Self { peers, shard, snapshots: PhantomData }
    }

    fn client(&self, target: NodeId, node: &BasicNode, purpose: Purpose) -> Network<S> {
        self.peers.suggest_address(target, &node.addr);
        Network { peers: self.peers.clone(), shard: self.shard, target, purpose, snapshots: PhantomData }
    }
}

/// One shard's client for one node. Clients share the connection.
#[derive(Debug)]
pub struct Network<S> {
    peers: Peers,
    shard: u16,
    target: NodeId,
    purpose: Purpose,
    snapshots: PhantomData<fn(S)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Appends are pipelined and stay in order.
    Replicate,
    /// Each append stands alone and overtakes others.
    Heartbeat,
}

impl<S: SnapshotSource> RaftNetworkFactory<Types> for Networks<S> {
    type Network = Network<S>;

    async fn new_client(&mut self, target: NodeId, node: &BasicNode) -> Network<S> {
        self.client(target, node, Purpose::Replicate)
    }

    async fn new_heartbeat_client(&mut self, target: NodeId, node: &BasicNode) -> Network<S> {
        self.client(target, node, Purpose::Heartbeat)
    }
}

impl<S: SnapshotSource> Network<S> {
    fn rpc_error(&self, action: RPCTypes, error: &Error) -> RPCError<Types> {
        rpc_error(self.peers.options().node, self.target, action, error)
    }

    async fn request(&self, kind: Kind, body: Vec<Bytes>, time: Duration) -> Result<Bytes, Error> {
        let deadline = Instant::now() + time;
        let request = Request { kind, shard: self.shard, body, deadline };
        self.peers.send(self.target, request).await?.answer(deadline).await
    }

    /// A message that is answered by a message.
    async fn ask<M: Encode, A: Decode<()>>(
        &self,
        kind: Kind,
        action: RPCTypes,
        message: M,
        option: &RPCOption,
    ) -> Rpc<A> {
        let answered = self.request(kind, wire::encode(&message), option.soft_ttl()).await;
        let answer = answered.and_then(|body| read_answer(self.target, &body));
        answer.map_err(|error| self.rpc_error(action, &error))
    }

    /// One append outside any stream.
    async fn append_alone(
        &self,
        mut append: AppendEntriesRequest<Types>,
        time: Duration,
    ) -> Result<AppendEntriesResponse<Types>, Error> {
        let options = self.peers.options();
        let (expected, is_whole) = Append::trim(&mut append, self.target, options)?;
        let kind = if append.entries.is_empty() { Kind::Heartbeat } else { Kind::Append };
        let stream = self.peers.streams().fetch_add(1, Ordering::Relaxed);
        let body = self.request(kind, wire::encode_append(stream, append), time).await?;
        Ok(match expected.check(&body)? {
            Ok(_) if is_whole => AppendEntriesResponse::Success,
            Ok(matching) => AppendEntriesResponse::PartialSuccess(matching),
            Err(StreamAppendError::Conflict(_)) => AppendEntriesResponse::Conflict,
            Err(StreamAppendError::HigherVote(vote)) => AppendEntriesResponse::HigherVote(vote),
        })
    }
}

impl<S: SnapshotSource> RaftNetworkV2<Types> for Network<S> {
    type SnapshotData = S;

    async fn append_entries(
        &mut self,
        append: AppendEntriesRequest<Types>,
        option: RPCOption,
    ) -> Rpc<AppendEntriesResponse<Types>> {
        let answer = self.append_alone(append, option.soft_ttl()).await;
        answer.map_err(|error| self.rpc_error(RPCTypes::AppendEntries, &error))
    }

    fn stream_append<'s, I>(
        &'s mut self,
        input: I,
        option: RPCOption,
    ) -> BoxFuture<'s, Rpc<BoxStream<'s, Rpc<StreamAppendResult<Types>>>>>
    where
        I: Stream<Item = AppendEntriesRequest<Types>> + OptionalSend + Unpin + 'static,
    {
        if self.purpose == Purpose::Heartbeat {
            return stream_append_sequential(self, input, option);
        }
        Box::pin(async move {
            let (peers, target, shard) = (&self.peers, self.target, self.shard);
            let error =
                move |error: &Error| rpc_error(peers.options().node, target, RPCTypes::AppendEntries, error);
            let stream = append_stream::open(peers, target, shard, input, error).await;
            stream.map_err(|opening| error(&opening))
        })
    }

    async fn vote(&mut self, request: VoteRequest<Types>, option: RPCOption) -> Rpc<VoteResponse<Types>> {
        let request = wire::VoteRequest::from(request);
        let answer: wire::VoteAnswer = self.ask(Kind::Vote, RPCTypes::Vote, request, &option).await?;
        Ok(answer.into())
    }

    async fn pre_vote(&mut self, request: VoteRequest<Types>, option: RPCOption) -> Rpc<VoteResponse<Types>> {
        let request = wire::VoteRequest::from(request);
        let answer: wire::VoteAnswer = self.ask(Kind::PreVote, RPCTypes::Vote, request, &option).await?;
        Ok(answer.into())
    }

    async fn full_snapshot(
        &mut self,
        vote: Vote,
        snapshot: Snapshot<S>,
        cancel: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        option: RPCOption,
    ) -> Result<SnapshotResponse<Types>, StreamingError<Types>> {
        tokio::select! {
            closed = cancel => Err(StreamingError::Closed(closed)),
            sent = send_snapshot(&self.peers, self.target, self.shard, vote, snapshot, option.soft_ttl()) => sent,
        }
    }

    async fn transfer_leader(
        &mut self,
        request: TransferLeaderRequest<Types>,
        option: RPCOption,
    ) -> Rpc<TransferLeaderResponse<Types>> {
        let request = wire::TransferLeader::from(request);
        let answer: wire::TransferAnswer =
            self.ask(Kind::TransferLeader, RPCTypes::TransferLeader, request, &option).await?;
        Ok(answer.into())
    }

    /// Connections are attempted at least every `backoff_max`, so waiting longer than that has no use.
    fn backoff(&self) -> Option<Backoff> {
        let longest = self.peers.options().backoff_max;
        let first = Duration::from_millis(10).min(longest);
        Some(Backoff::new(std::iter::successors(Some(first), move |wait| Some((*wait * 2).min(longest)))))
    }
}
