//! openraft's network against one real follower, with the test in the place of the leader.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod peer_support;

use std::future::pending;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use openraft::errors::{RPCError, ReplicationClosed, StreamingError};
use openraft::network::{RPCOption, RaftNetworkFactory, RaftNetworkV2};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, StreamAppendError, TransferLeaderError,
    TransferLeaderRequest, VoteRequest,
};
use openraft::storage::Snapshot;
use openraft::{BasicNode, EntryPayload};
use peer_support::handler::SHARD;
use peer_support::machine::MemorySnapshot;
use peer_support::node::{ANYWHERE, Disk, Node};
use peer_support::{PATIENCE, options, until};
use raft::peer::{Direction, Kind, Network, Networks, Peers, SnapshotSource};
use raft::types::{Entry, LeaderId, LogId, NodeId, Payload, SnapshotMeta, Types, Vote};
use tokio::time::{Instant, timeout};

const LEADER: NodeId = 1;
const FOLLOWER: NodeId = 2;
const TERM: u64 = 5;

/// A follower, and the connection of somebody who says that it is the leader.
struct Pair {
    node: Node,
    peers: Peers,
}

impl Pair {
    async fn start() -> Self {
        let node = Node::start(FOLLOWER, ANYWHERE, Disk::default(), &[].into()).await;
        let peers = Peers::new(options(LEADER), [(FOLLOWER, node.server.address().to_string())]);
        Self { node, peers }
    }

    async fn network_of<S: SnapshotSource>(&self, shard: u16) -> Network<S> {
        Networks::new(self.peers.clone(), shard).new_client(FOLLOWER, &BasicNode::default()).await
    }

    async fn network(&self) -> Network<MemorySnapshot> {
        self.network_of(SHARD).await
    }

    fn received(&self, kind: Kind) -> u64 {
        self.node.server.counters().frames(Direction::In, kind)
    }

    async fn stop(self) {
        self.peers.shutdown().await;
        self.node.stop().await;
    }
}

fn option() -> RPCOption {
    RPCOption::new(PATIENCE)
}

fn log_id(index: u64) -> LogId {
    LogId { leader_id: LeaderId { term: TERM, node_id: LEADER }, index }
}

fn vote(term: u64) -> Vote {
    Vote::new_committed(term, LEADER)
}

fn entry(index: u64, bytes: usize) -> Entry {
    let payload = EntryPayload::Normal(Payload(Bytes::from(vec![index.to_le_bytes()[0]; bytes])));
    Entry { log_id: log_id(index), payload }
}

/// An append of the entries with these indexes; there is nothing before entry 0.
fn append(indexes: std::ops::Range<u64>, bytes: usize) -> AppendEntriesRequest<Types> {
    AppendEntriesRequest {
        vote: vote(TERM),
        prev_log_id: indexes.start.checked_sub(1).map(log_id),
        entries: indexes.map(|index| entry(index, bytes)).collect(),
        leader_commit: None,
    }
}

/// The appends, and then silence: a replication stream does not end by itself.
fn appends(
    appends: impl IntoIterator<Item = AppendEntriesRequest<Types>, IntoIter: Send + 'static>,
) -> impl Stream<Item = AppendEntriesRequest<Types>> + Send + Unpin + 'static {
    Box::pin(stream::iter(appends).chain(stream::once(pending())))
}

#[tokio::test]
async fn appends_are_pipelined_up_to_the_bound_and_answered_in_order() {
    let pair = Pair::start().await;
    let mut network = pair.network().await;
    pair.node.disk.log.hold();
    let hundred = appends((0..100).map(|index| append(index..index + 1, 10)));
    let mut answers = network.stream_append(hundred, option()).await.unwrap();
    let first = {
        let mut first = answers.next();
        until("64 appends are in flight", async || {
            assert!(futures_util::poll!(&mut first).is_pending(), "nothing is durable yet");
            pair.received(Kind::Append) == 64
        })
        .await;
        assert!(timeout(Duration::from_millis(100), &mut first).await.is_err());
        assert_eq!(pair.received(Kind::Append), 64, "and not more than 64");
        pair.node.disk.log.release();
        first.await
    };
    assert_eq!(first.unwrap().unwrap(), Ok(Some(log_id(0))));
    for index in 1..100 {
        let answer = timeout(PATIENCE, answers.next()).await.unwrap().unwrap();
        assert_eq!(answer.unwrap(), Ok(Some(log_id(index))));
    }
    let written: Vec<u64> = pair.node.disk.log.entries().iter().map(|entry| entry.log_id.index).collect();
    assert_eq!(written, (0..100).collect::<Vec<u64>>());
    drop(answers);
    pair.stop().await;
}

/// openraft would take the answer to the first for one to the second, and for a sign that this node led when that was sent.
#[tokio::test]
async fn an_answer_waits_for_that_to_an_append_behind_it_that_ends_at_the_same_entry() {
    let pair = Pair::start().await;
    let mut network = pair.network().await;
    pair.node.disk.log.hold();
    let tells_of_a_commit = AppendEntriesRequest { leader_commit: Some(log_id(0)), ..append(1..1, 0) };
    let three = appends([append(0..1, 10), tells_of_a_commit, append(1..2, 10)]);
    let mut answers = network.stream_append(three, option()).await.unwrap();
    let first = {
        let mut first = answers.next();
        until("all three are in flight", async || {
            assert!(futures_util::poll!(&mut first).is_pending(), "nothing is durable yet");
            pair.received(Kind::Append) == 3
        })
        .await;
        pair.node.disk.log.release();
        first.await
    };
    assert_eq!(first.unwrap().unwrap(), Ok(Some(log_id(0))));
    let next = timeout(PATIENCE, answers.next()).await.unwrap().unwrap();
    assert_eq!(next.unwrap(), Ok(Some(log_id(1))), "that was the answer to both");
    drop(answers);
    pair.stop().await;
}

#[tokio::test]
async fn what_is_pipelined_behind_a_conflict_is_refused_and_a_fresh_stream_goes_on() {
    let pair = Pair::start().await;
    let mut network = pair.network().await;
    pair.node.disk.log.hold();
    let good = append(0..1, 10);
    let conflicting = append(50..51, 10);
    let behind = [append(51..52, 10), append(52..53, 10)];
    let four = appends([good, conflicting].into_iter().chain(behind));
    let mut answers = network.stream_append(four, option()).await.unwrap();
    {
        let mut first = answers.next();
        until("all four are there", async || {
            assert!(futures_util::poll!(&mut first).is_pending());
            pair.received(Kind::Append) == 4
        })
        .await;
        pair.node.disk.log.release();
        assert_eq!(first.await.unwrap().unwrap(), Ok(Some(log_id(0))));
    }
    let conflict = answers.next().await.unwrap().unwrap();
    assert_eq!(conflict, Err(StreamAppendError::Conflict(log_id(49))));
    assert!(answers.next().await.is_none(), "the stream is over");
    drop(answers);
    until("nothing is left in silence", async || pair.peers.counters().refused() == 2).await;

    let fresh = stream::iter([append(1..3, 10)]);
    let answers: Vec<_> = network.stream_append(fresh, option()).await.unwrap().collect().await;
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].as_ref().unwrap(), &Ok(Some(log_id(2))));
    pair.stop().await;
}

#[tokio::test]
async fn a_stream_that_is_given_up_does_not_harm_the_next_one() {
    let pair = Pair::start().await;
    let mut network = pair.network().await;
    pair.node.disk.log.hold();
    let mut given_up = network.stream_append(appends([append(0..1, 10)]), option()).await.unwrap();
    until("the append is there", async || {
        assert!(futures_util::poll!(given_up.next()).is_pending());
        pair.received(Kind::Append) == 1
    })
    .await;
    drop(given_up);
    let mut answers = network.stream_append(appends([append(1..2, 10)]), option()).await.unwrap();
    until("the next append is there", async || {
        assert!(futures_util::poll!(answers.next()).is_pending());
        pair.received(Kind::Append) == 2
    })
    .await;
    pair.node.disk.log.release();
    assert_eq!(timeout(PATIENCE, answers.next()).await.unwrap().unwrap().unwrap(), Ok(Some(log_id(1))));
    drop(answers);
    pair.stop().await;
}

#[tokio::test]
async fn an_append_that_exceeds_a_frame_is_sent_in_part() {
    let pair = Pair::start().await;
    let mut network = pair.network().await;
    let large = appends([append(0..4, 3 << 20), append(4..5, 10)]);
    let answers: Vec<_> = network.stream_append(large, option()).await.unwrap().collect().await;
    assert_eq!(answers.len(), 1, "what comes behind the part that was left out is not sent");
    assert_eq!(answers[0].as_ref().unwrap(), &Ok(Some(log_id(1))));
    let rest = network.append_entries(append(2..4, 3 << 20), option()).await.unwrap();
    assert_eq!(rest, AppendEntriesResponse::Success);
    let partial = network.append_entries(append(4..8, 3 << 20), option()).await.unwrap();
    assert_eq!(partial, AppendEntriesResponse::PartialSuccess(Some(log_id(5))));
    assert!(pair.node.disk.log.entries().iter().all(|stored| *stored == entry(stored.log_id.index, 3 << 20)));

    let never = network.append_entries(append(6..7, 9 << 20), option()).await.unwrap_err();
    assert!(
        matches!(&never, RPCError::Unreachable(why) if why.to_string().contains("frame limit")),
        "{never}"
    );
    pair.stop().await;
}

#[tokio::test]
async fn votes_heartbeats_and_transfers_are_answered_as_openraft_answers_them() {
    let pair = Pair::start().await;
    let mut network = pair.network().await;
    network.append_entries(append(0..3, 10), option()).await.unwrap();
    let mut heartbeats = Networks::<MemorySnapshot>::new(pair.peers.clone(), SHARD)
        .new_heartbeat_client(FOLLOWER, &BasicNode::default())
        .await;
    let beat = stream::iter([AppendEntriesRequest { prev_log_id: Some(log_id(2)), ..append(0..0, 0) }]);
    let answers: Vec<_> = heartbeats.stream_append(beat, option()).await.unwrap().collect().await;
    assert_eq!(answers[0].as_ref().unwrap(), &Ok(Some(log_id(2))));
    assert_eq!((pair.received(Kind::Heartbeat), pair.received(Kind::Append)), (1, 1));
    let conflicting = AppendEntriesRequest { prev_log_id: Some(log_id(9)), ..append(0..0, 0) };
    assert_eq!(network.append_entries(conflicting, option()).await.unwrap(), AppendEntriesResponse::Conflict);
    let stale = AppendEntriesRequest { vote: vote(TERM - 1), ..append(0..0, 0) };
    assert_eq!(
        network.append_entries(stale, option()).await.unwrap(),
        AppendEntriesResponse::HigherVote(vote(TERM))
    );

    let behind = VoteRequest::new(Vote::new(TERM + 1, LEADER), Some(log_id(0)));
    let refused = network.pre_vote(behind, option()).await.unwrap();
    assert!(!refused.vote_granted);
    assert_eq!((refused.vote, refused.last_log_id), (vote(TERM), Some(log_id(2))));

    let unflushed = TransferLeaderRequest::new(vote(TERM), FOLLOWER, Some(log_id(70)));
    let answer = network.transfer_leader(unflushed, option()).await.unwrap();
    let expected = TransferLeaderError::LogNotFlushed { expected: Some(log_id(70)), actual: Some(log_id(2)) };
    assert_eq!(answer, Err(expected));
    let outdated = TransferLeaderRequest::new(vote(TERM - 1), FOLLOWER, None);
    let answer = network.transfer_leader(outdated, option()).await.unwrap();
    let expected = TransferLeaderError::VoteChanged { expected: vote(TERM - 1), actual: vote(TERM) };
    assert_eq!(answer, Err(expected));

    let mut request = VoteRequest::new(Vote::new(TERM + 1, LEADER), Some(log_id(2)));
    request.leadership_transfer = true;
    let granted = network.vote(request, option()).await.unwrap();
    assert!(granted.vote_granted);
    assert_eq!(granted.vote, Vote::new(TERM + 1, LEADER));
    pair.stop().await;
}

#[tokio::test]
async fn a_shard_that_is_not_hosted_is_unreachable() {
    let pair = Pair::start().await;
    let mut network: Network<MemorySnapshot> = pair.network_of(SHARD + 1).await;
    let error = network.append_entries(append(0..1, 1), option()).await.unwrap_err();
    assert!(
        matches!(&error, RPCError::Unreachable(why) if why.to_string().contains("does not host")),
        "{error}"
    );
    let request = VoteRequest::new(Vote::new(TERM, LEADER), None);
    assert!(matches!(network.vote(request, option()).await, Err(RPCError::Unreachable(_))));
    pair.stop().await;
}

#[tokio::test]
async fn a_node_speaks_for_itself_only() {
    let pair = Pair::start().await;
    let mut network = pair.network().await;
    let forged = AppendEntriesRequest { vote: Vote::new_committed(TERM, 3), ..append(0..1, 1) };
    let error = network.append_entries(forged, option()).await.unwrap_err();
    assert!(matches!(error, RPCError::Network(_)), "the connection is closed: {error}");
    until("it is counted", async || pair.node.server.counters().malformed() == 1).await;
    assert!(pair.node.disk.log.entries().is_empty());
    pair.stop().await;
}

#[tokio::test]
async fn a_node_that_is_down_is_not_asked_again_at_once_and_is_found_when_it_is_back() {
    let Pair { node, peers } = Pair::start().await;
    let address = node.server.address().to_string();
    let disk = node.stop().await;
    let mut network = Networks::<MemorySnapshot>::new(peers.clone(), SHARD)
        .new_client(FOLLOWER, &BasicNode::default())
        .await;
    let began = Instant::now();
    for _ in 0..4 {
        // openraft asks again as soon as this returns.
        let opened = network.stream_append(stream::iter([append(0..1, 1)]), option()).await;
        assert!(matches!(opened.err(), Some(RPCError::Unreachable(_))));
    }
    let took = began.elapsed();
    assert!(
        took >= Duration::from_millis(300) && took < Duration::from_secs(2),
        "four attempts took {took:?}"
    );
    let vote = network.vote(VoteRequest::new(Vote::new(TERM, LEADER), None), option()).await;
    assert!(matches!(vote, Err(RPCError::Unreachable(_))), "other requests fail at once");
    assert!(began.elapsed() < took + Duration::from_millis(50));

    let node = Node::start(FOLLOWER, &address, disk, &[].into()).await;
    let back = Instant::now();
    until("appends go through again", async || {
        network.stream_append(stream::iter([append(0..1, 1)]), option()).await.is_ok()
    })
    .await;
    assert!(back.elapsed() < Duration::from_millis(500), "found after {:?}", back.elapsed());
    peers.shutdown().await;
    node.stop().await;
}

/// A snapshot whose second piece never comes.
struct Stuck;

impl SnapshotSource for Stuck {
    async fn read_at(&self, offset: u64, bytes_max: usize) -> io::Result<Bytes> {
        match offset {
            0 => Ok(Bytes::from(vec![0; bytes_max])),
            _ => pending().await,
        }
    }
}

/// A snapshot that cannot be read.
struct Damaged;

impl SnapshotSource for Damaged {
    async fn read_at(&self, _offset: u64, _bytes_max: usize) -> io::Result<Bytes> {
        Err(io::Error::other("damaged, on purpose"))
    }
}

fn meta() -> SnapshotMeta {
    SnapshotMeta { last_log_id: Some(log_id(7)), ..SnapshotMeta::default() }
}

#[tokio::test]
async fn a_snapshot_that_is_cancelled_is_forgotten_there() {
    let pair = Pair::start().await;
    let mut network: Network<Stuck> = pair.network_of(SHARD).await;
    let (cancel, cancelled) = tokio::sync::oneshot::channel::<()>();
    let cancelled = async {
        cancelled.await.unwrap();
        ReplicationClosed::new("cancelled, on purpose")
    };
    let sending =
        network.full_snapshot(vote(TERM), Snapshot { meta: meta(), snapshot: Stuck }, cancelled, option());
    let cancelling = async {
        until("a piece has come", async || pair.received(Kind::SnapshotChunk) == 1).await;
        assert_eq!(pair.node.handler.receiving(), 1);
        cancel.send(()).unwrap();
    };
    let (sent, ()) = tokio::join!(sending, cancelling);
    assert!(matches!(sent, Err(StreamingError::Closed(_))), "{sent:?}");
    until("it is forgotten", async || pair.node.handler.receiving() == 0).await;
    assert_eq!(pair.node.disk.machine.installed(), 0);
    pair.stop().await;
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_read_is_a_storage_error_and_is_forgotten_there() {
    let pair = Pair::start().await;
    let mut network: Network<Damaged> = pair.network_of(SHARD).await;
    let snapshot = Snapshot { meta: meta(), snapshot: Damaged };
    let sent = network.full_snapshot(vote(TERM), snapshot, pending(), option()).await;
    assert!(matches!(sent, Err(StreamingError::StorageError(_))), "{sent:?}");
    until("it is forgotten", async || pair.node.handler.receiving() == 0).await;
    pair.stop().await;
}

#[tokio::test]
async fn a_snapshot_is_installed_unless_its_leader_is_outdated() {
    let pair = Pair::start().await;
    let mut network = pair.network().await;
    // The payloads of `machine::split`: one of 300,000 bytes.
    let bytes = [&300_000_u32.to_be_bytes()[..], &[7; 300_000]].concat();
    let snapshot = || Snapshot { meta: meta(), snapshot: MemorySnapshot(Bytes::from(bytes.clone())) };
    let installed = network.full_snapshot(vote(TERM), snapshot(), pending(), option()).await.unwrap();
    assert_eq!(installed.vote, vote(TERM));
    assert_eq!(pair.received(Kind::SnapshotChunk), 2);
    until("it is installed", async || pair.node.disk.machine.payloads() == [Bytes::from(vec![7; 300_000])])
        .await;

    let newer = AppendEntriesRequest { vote: vote(TERM + 4), ..append(0..0, 0) };
    network.append_entries(newer, option()).await.unwrap();
    let outdated = network.full_snapshot(vote(TERM), snapshot(), pending(), option()).await.unwrap();
    assert_eq!(outdated.vote, vote(TERM + 4));
    assert_eq!(pair.node.disk.machine.installed(), 1);
    pair.stop().await;
}
