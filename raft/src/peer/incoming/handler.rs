//! What a node does with the requests of others.

use std::future::Future;
use std::io;

use bytes::Bytes;
use openraft::Raft;
use openraft::storage::RaftStateMachine;

use crate::peer::{CallKind, Refusal, SnapshotSink};
use crate::types::{NodeId, SnapshotMeta, Types};

/// What a node does with the requests of others. Methods are called from many tasks at a time.
pub trait Handler: Send + Sync + 'static {
    /// The state machine of every shard.
    type Machine: RaftStateMachine<Types>;
    /// Puts together what the state machine takes as a snapshot.
    type Sink: SnapshotSink<Snapshot = <Self::Machine as RaftStateMachine<Types>>::SnapshotData>;

    /// The Raft group of a shard that this node hosts. Called for every request that is not a call, so it is to be cheap.
    fn raft(&self, shard: u16) -> Option<Raft<Types, Self::Machine>>;

    /// Where a snapshot for a shard that this node hosts goes. A transfer that is broken off drops what it was given.
    fn receive_snapshot(
        &self,
        shard: u16,
        meta: &SnapshotMeta,
    ) -> impl Future<Output = io::Result<Self::Sink>> + Send;

    /// Carries out a call. It is dropped, at any await, when the caller's deadline passes or the connection ends.
    fn call(
        &self,
        from: NodeId,
        shard: u16,
        kind: CallKind,
        body: Bytes,
    ) -> impl Future<Output = Result<Bytes, Refusal>> + Send;
}
