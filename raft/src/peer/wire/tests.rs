//! Every message makes the round trip, and no bytes make a decoder panic.

use std::collections::{BTreeMap, BTreeSet};

use bytes::{Bytes, BytesMut};
use openraft::raft::{AppendEntriesRequest, StreamAppendError, StreamAppendResult, TransferLeaderError};
use openraft::{BasicNode, EntryPayload};

use super::*;
use crate::types::{self, Entry, LeaderId, Payload, SnapshotMeta, StoredMembership, Types};

fn id(term: u64, node: u64, index: u64) -> types::LogId {
    types::LogId { leader_id: LeaderId { term, node_id: node }, index }
}

fn granted(term: u64, node: u64) -> types::Vote {
    types::Vote::new_committed(term, node)
}

fn membership() -> openraft::Membership<u64, BasicNode> {
    let nodes: BTreeMap<u64, BasicNode> =
        [1, 2, 3, 9].map(|id| (id, BasicNode::new(format!("node-{id}:7000")))).into();
    openraft::Membership::new(vec![BTreeSet::from([1, 2]), BTreeSet::from([2, 3])], nodes).unwrap()
}

fn append() -> AppendEntriesRequest<Types> {
    let large = Payload(Bytes::from(vec![3; 5_000]));
    let payloads = [
        EntryPayload::Blank,
        EntryPayload::Normal(Payload(Bytes::from_static(b"small"))),
        EntryPayload::Membership(membership()),
        EntryPayload::Normal(large),
        EntryPayload::Normal(Payload(Bytes::new())),
    ];
    let entries = (8..).zip(payloads).map(|(index, payload)| Entry { log_id: id(4, 1, index), payload });
    AppendEntriesRequest {
        vote: granted(5, 1),
        prev_log_id: Some(id(3, 2, 7)),
        entries: entries.collect(),
        leader_commit: Some(id(3, 2, 6)),
    }
}

fn joined(body: Vec<Bytes>) -> Bytes {
    let mut bytes = BytesMut::new();
    body.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes.freeze()
}

fn again<T: bincode::Encode + bincode::Decode<()>>(message: &T) -> T {
    decode(&joined(encode(message))).unwrap()
}

#[test]
fn appends_make_the_round_trip() {
    for append in [append(), AppendEntriesRequest { entries: Vec::new(), prev_log_id: None, ..append() }] {
        let (stream, decoded) = decode_append(joined(encode_append(77, append.clone())), 1).unwrap();
        assert_eq!((stream, decoded.vote, decoded.prev_log_id), (77, append.vote, append.prev_log_id));
        assert_eq!((decoded.entries, decoded.leader_commit), (append.entries, append.leader_commit));
    }
}

#[test]
fn large_payloads_are_copied_neither_on_the_way_out_nor_on_the_way_in() {
    let append = append();
    let EntryPayload::Normal(Payload(payload)) = append.entries[3].payload.clone() else {
        panic!("the sample has a payload there")
    };
    let body = encode_append(1, append);
    assert!(body.iter().any(|part| part.as_ptr() == payload.as_ptr()));
    let bytes = joined(body);
    let within = bytes.as_ptr_range();
    let (_, decoded) = decode_append(bytes, 1).unwrap();
    let EntryPayload::Normal(Payload(large)) = &decoded.entries[3].payload else {
        panic!("the sample has a payload there")
    };
    let EntryPayload::Normal(Payload(small)) = &decoded.entries[1].payload else {
        panic!("the sample has a payload there")
    };
    assert!(within.contains(&large.as_ptr()), "a large payload is a slice of what was read");
    assert!(!within.contains(&small.as_ptr()), "a small one does not keep the rest in memory");
}

#[test]
fn the_size_that_is_foretold_is_never_exceeded() {
    let append = append();
    let bytes = body_len(&append);
    let fitting = (0..20_000).find(|&most| entries_that_fit(&append.entries, most) == 5).unwrap();
    assert!(bytes <= fitting && fitting < bytes + 1_000, "{bytes} bytes, foretold {fitting}");
    for most in 0..fitting {
        let mut part = append.clone();
        part.entries.truncate(entries_that_fit(&append.entries, most));
        assert!(part.entries.is_empty() || body_len(&part) <= most);
    }
    let blanks: Vec<Entry> = (0..100_000)
        .map(|index| Entry { log_id: id(u64::MAX, u64::MAX, index), payload: EntryPayload::Blank })
        .collect();
    let fitting = entries_that_fit(&blanks, 8 << 20);
    let many = AppendEntriesRequest {
        vote: granted(u64::MAX, u64::MAX),
        prev_log_id: None,
        entries: blanks[..fitting].to_vec(),
        leader_commit: None,
    };
    assert!(fitting > 1_000 && fitting < blanks.len());
    assert!(
        decode_append(joined(encode_append(u64::MAX, many)), u64::MAX).is_ok(),
        "a head within its limit decodes"
    );
}

fn body_len(append: &AppendEntriesRequest<Types>) -> usize {
    encode_append(u64::MAX, append.clone()).iter().map(Bytes::len).sum()
}

#[test]
fn what_openraft_takes_for_granted_is_checked() {
    let decoded =
        |append: AppendEntriesRequest<Types>| decode_append(joined(encode_append(1, append)), 1).map(|_| ());
    assert!(matches!(
        decoded(AppendEntriesRequest { vote: granted(5, 3), ..append() }),
        Err(Malformed::NotTheSender { claimed: 3, from: 1 })
    ));
    let uncommitted = types::Vote::new(5, 1);
    assert!(matches!(
        decoded(AppendEntriesRequest { vote: uncommitted, ..append() }),
        Err(Malformed::Uncommitted)
    ));
    assert!(matches!(
        decoded(AppendEntriesRequest { vote: granted(3, 1), ..append() }),
        Err(Malformed::AheadOfVote)
    ));
    let first = AppendEntriesRequest { prev_log_id: None, ..append() };
    assert!(matches!(decoded(first), Err(Malformed::Gap { index: 8 })));
    let mut gap = append();
    gap.entries.remove(2);
    assert!(matches!(decoded(gap), Err(Malformed::Gap { index: 11 })));
    let mut backwards = append();
    backwards.entries[4].log_id = id(3, 9, 12);
    assert!(matches!(decoded(backwards), Err(Malformed::Gap { index: 12 })));
    let at_the_end = AppendEntriesRequest { prev_log_id: Some(id(3, 2, u64::MAX)), ..append() };
    assert!(matches!(decoded(at_the_end), Err(Malformed::Gap { index: 8 })));
}

#[test]
fn answers_to_appends_make_the_round_trip() {
    let results: [StreamAppendResult<Types>; 4] = [
        Ok(None),
        Ok(Some(id(1, 2, 3))),
        Err(StreamAppendError::Conflict(id(4, 5, 6))),
        Err(StreamAppendError::HigherVote(types::Vote::new(7, 8))),
    ];
    for result in results {
        assert_eq!(StreamAppendResult::<Types>::from(again(&AppendAnswer::from(result.clone()))), result);
    }
}

#[test]
fn votes_and_transfers_make_the_round_trip() {
    let mut request = openraft::raft::VoteRequest::<Types>::new(types::Vote::new(7, 8), Some(id(1, 2, 3)));
    request.leadership_transfer = true;
    assert_eq!(openraft::raft::VoteRequest::from(again(&VoteRequest::from(request.clone()))), request);
    let answer = openraft::raft::VoteResponse::<Types>::new(granted(9, 1), None, true);
    assert_eq!(openraft::raft::VoteResponse::from(again(&VoteAnswer::from(answer.clone()))), answer);
    let transfer = openraft::raft::TransferLeaderRequest::<Types>::new(granted(9, 1), 2, Some(id(1, 2, 3)));
    assert_eq!(
        openraft::raft::TransferLeaderRequest::from(again(&TransferLeader::from(transfer.clone()))),
        transfer
    );
    let answers: [openraft::raft::TransferLeaderResponse<Types>; 3] = [
        Ok(()),
        Err(TransferLeaderError::VoteChanged { expected: granted(1, 2), actual: types::Vote::new(3, 4) }),
        Err(TransferLeaderError::LogNotFlushed { expected: Some(id(1, 2, 3)), actual: None }),
    ];
    for answer in answers {
        let decoded: openraft::raft::TransferLeaderResponse<Types> =
            again(&TransferAnswer::from(answer.clone())).into();
        assert_eq!(decoded, answer);
    }
}

fn meta() -> SnapshotMeta {
    SnapshotMeta {
        last_log_id: Some(id(4, 1, 90)),
        last_membership: StoredMembership::new(Some(id(2, 2, 40)), membership()),
    }
}

#[test]
fn snapshots_make_the_round_trip() {
    let begin = again(&SnapshotBegin::new(granted(5, 1), &meta()));
    assert_eq!(begin.check(1).unwrap(), (granted(5, 1), meta()));
    let empty = again(&SnapshotBegin::new(granted(5, 1), &SnapshotMeta::default()));
    assert_eq!(empty.check(1).unwrap(), (granted(5, 1), SnapshotMeta::default()));
    let chunk = SnapshotChunk { transfer: 7, offset: 8, bytes: Bytes::from_static(b"piece") };
    assert_eq!(decode_chunk(joined(encode_chunk(chunk.clone()))).unwrap(), chunk);
    let installed = SnapshotInstalled { vote: granted(5, 1).into() };
    assert_eq!(again(&installed), installed);
}

#[test]
fn snapshots_are_checked_too() {
    let check = |vote, from| SnapshotBegin::new(vote, &meta()).check(from).map(|_| ());
    assert!(matches!(check(granted(5, 3), 1), Err(Malformed::NotTheSender { .. })));
    assert!(matches!(check(types::Vote::new(5, 1), 1), Err(Malformed::Uncommitted)));
    assert!(matches!(check(granted(3, 1), 1), Err(Malformed::AheadOfVote)));
}

/// Runs every decoder on bytes; what they make of them does not matter.
fn decode_all(bytes: &Bytes) {
    drop(decode_append(bytes.clone(), 1));
    drop(decode_chunk(bytes.clone()));
    drop(decode::<AppendAnswer>(bytes));
    drop(decode::<VoteRequest>(bytes));
    drop(decode::<VoteAnswer>(bytes));
    drop(decode::<TransferLeader>(bytes));
    drop(decode::<TransferAnswer>(bytes));
    drop(decode::<SnapshotBegin>(bytes).map(|begin| begin.check(1)));
    drop(decode::<SnapshotInstalled>(bytes));
    drop(decode::<crate::peer::Refusal>(bytes));
}

#[test]
fn no_bytes_make_a_decoder_panic() {
    let valid = [
        joined(encode_append(7, append())),
        joined(encode(&AppendAnswer::Conflict(id(1, 2, 3).into()))),
        joined(encode(&VoteRequest::from(openraft::raft::VoteRequest::new(granted(7, 1), None)))),
        joined(encode(&SnapshotBegin::new(granted(5, 1), &meta()))),
        joined(encode(&crate::peer::Refusal::failed("why"))),
    ];
    let mut state = 20_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    for message in &valid {
        for length in 0..message.len().min(400) {
            decode_all(&message.slice(..length));
        }
    }
    for _ in 0..20_000 {
        let mut bytes = valid[random() % valid.len()].to_vec();
        bytes.truncate(1 + random() % bytes.len());
        for _ in 0..1 + random() % 4 {
            let at = random() % bytes.len().min(200);
            bytes[at] = random().to_le_bytes()[0];
        }
        decode_all(&bytes.into());
        let noise: Vec<u8> = (0..random() % 300).map(|_| random().to_le_bytes()[0]).collect();
        decode_all(&noise.into());
    }
}
