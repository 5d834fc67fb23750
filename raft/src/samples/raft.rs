//! Frames of Raft, but for snapshots.

use bincode::{Decode, Encode};
use bytes::Bytes;
use openraft::EntryPayload;
use openraft::raft::{
    AppendEntriesRequest, StreamAppendError, StreamAppendResult, TransferLeaderError, TransferLeaderRequest,
    TransferLeaderResponse, VoteRequest, VoteResponse,
};

use super::{Sample, shared};
use crate::peer::stream::Kind;
use crate::peer::wire;
use crate::types::{Entry, LogId, Payload, Types, Vote};

/// An append in parts that can be compared.
type Append = (u64, Vote, Option<LogId>, Option<LogId>, Vec<Entry>);

pub(super) fn samples() -> Vec<Sample> {
    let payloads = [
        EntryPayload::Blank,
        EntryPayload::Normal(Payload(Bytes::from_static(b"a batch"))),
        EntryPayload::Membership(shared::membership()),
        EntryPayload::Normal(Payload(Bytes::from_static(b"another"))),
    ];
    let (prev, committed) = (Some(shared::id(3, 2, 7)), Some(shared::id(3, 2, 6)));
    let entries =
        (8..).zip(payloads).map(|(index, payload)| Entry { log_id: shared::id(4, 1, index), payload });
    let vote = shared::granted(5, 1);
    let mut samples = vec![
        append(Kind::Append, "append", (70_000, vote, prev, committed, entries.collect())),
        append(Kind::Append, "append: the first", (1, vote, None, None, vec![first()])),
        append(Kind::Heartbeat, "heartbeat", (2, vote, prev, committed, Vec::new())),
    ];
    samples.extend(append_answers());
    samples.extend(votes());
    samples.extend(transfers());
    samples
}

fn first() -> Entry {
    Entry { log_id: shared::id(1, 1, 0), payload: EntryPayload::Membership(shared::membership()) }
}

fn append(kind: Kind, name: &'static str, append: Append) -> Sample {
    let encode = |(stream, vote, prev, committed, entries): &Append| {
        let append = AppendEntriesRequest {
            vote: *vote,
            prev_log_id: *prev,
            leader_commit: *committed,
            entries: entries.clone(),
        };
        wire::encode_append(*stream, append)
    };
    let decode = |bytes: &Bytes| {
        let (stream, append) = wire::decode_append(bytes.clone(), 1).unwrap();
        (stream, append.vote, append.prev_log_id, append.leader_commit, append.entries)
    };
    Sample::of(kind, name, append, encode, decode)
}

/// A message of openraft's, through its mirror `W`.
fn mirrored<M, W>(kind: Kind, name: &'static str, message: M) -> Sample
where
    M: Clone + PartialEq + std::fmt::Debug + From<W> + 'static,
    W: From<M> + Encode + Decode<()> + 'static,
{
    let encode = |message: &M| wire::encode(&W::from(message.clone()));
    let decode = |bytes: &Bytes| M::from(wire::decode::<W>(bytes).unwrap());
    Sample::of(kind, name, message, encode, decode)
}

fn append_answers() -> impl Iterator<Item = Sample> {
    let answers: [(&str, StreamAppendResult<Types>); 4] = [
        ("answer to an append: matches nothing", Ok(None)),
        ("answer to an append: matches", Ok(Some(shared::id(1, 2, 3)))),
        ("answer to an append: conflict", Err(StreamAppendError::Conflict(shared::id(4, 5, 600)))),
        ("answer to an append: higher vote", Err(StreamAppendError::HigherVote(Vote::new(7, 8)))),
    ];
    answers.into_iter().map(|(name, answer)| mirrored::<_, wire::AppendAnswer>(Kind::Answer, name, answer))
}

fn votes() -> [Sample; 4] {
    let request = |last| VoteRequest::<Types>::new(Vote::new(7, 8), last);
    let transferred = VoteRequest { leadership_transfer: true, ..request(Some(shared::id(1, 2, 3))) };
    let granted = VoteResponse::<Types>::new(shared::granted(9, 1), Some(shared::id(1, 2, 3)), true);
    let denied = VoteResponse::<Types>::new(Vote::new(9, 1), None, false);
    [
        mirrored::<_, wire::VoteRequest>(Kind::Vote, "vote", transferred),
        mirrored::<_, wire::VoteRequest>(Kind::PreVote, "pre-vote", request(None)),
        mirrored::<_, wire::VoteAnswer>(Kind::Answer, "answer to a vote: granted", granted),
        mirrored::<_, wire::VoteAnswer>(Kind::Answer, "answer to a vote: denied", denied),
    ]
}

fn transfers() -> [Sample; 4] {
    let transfer = TransferLeaderRequest::<Types>::new(shared::granted(9, 1), 2, Some(shared::id(1, 2, 3)));
    let answers: [TransferLeaderResponse<Types>; 3] = [
        Ok(()),
        Err(TransferLeaderError::VoteChanged { expected: shared::granted(1, 2), actual: Vote::new(3, 4) }),
        Err(TransferLeaderError::LogNotFlushed { expected: Some(shared::id(1, 2, 3)), actual: None }),
    ];
    let [accepted, changed, behind] = answers;
    let answer = |name, answer| mirrored::<_, wire::TransferAnswer>(Kind::Answer, name, answer);
    [
        mirrored::<_, wire::TransferLeader>(Kind::TransferLeader, "transfer of leadership", transfer),
        answer("answer to a transfer: accepted", accepted),
        answer("answer to a transfer: vote changed", changed),
        answer("answer to a transfer: log not flushed", behind),
    ]
}
