//! Frames of a snapshot's transfer.

use bytes::Bytes;

use super::{Sample, shared};
use crate::peer::stream::Kind;
use crate::peer::wire::{self, SnapshotBegin, SnapshotChunk, SnapshotInstalled};
use crate::types::SnapshotMeta;

pub(super) fn samples() -> Vec<Sample> {
    let chunk = SnapshotChunk { transfer: 7, offset: 1 << 20, bytes: Bytes::from_static(b"a piece") };
    let encode_chunk = |chunk: &SnapshotChunk| wire::encode_chunk(chunk.clone());
    let decode_chunk = |bytes: &Bytes| wire::decode_chunk(bytes.clone()).unwrap();
    vec![
        begin("snapshot: begin", shared::meta()),
        begin("snapshot: begin, of nothing", SnapshotMeta::default()),
        Sample::of(Kind::SnapshotChunk, "snapshot: piece", chunk, encode_chunk, decode_chunk),
        Sample::coded(Kind::Answer, "answer to a beginning or a piece", ()),
        Sample::coded(Kind::SnapshotEnd, "snapshot: end", 7_u64),
        Sample::coded(
            Kind::Answer,
            "answer to an end",
            SnapshotInstalled { vote: shared::granted(5, 1).into() },
        ),
        Sample::bare(Kind::SnapshotCancel, "snapshot: cancel", &[]),
    ]
}

fn begin(name: &'static str, meta: SnapshotMeta) -> Sample {
    let vote = shared::granted(5, 1);
    let encode = move |meta: &SnapshotMeta| wire::encode(&SnapshotBegin::new(vote, meta));
    let decode = move |bytes: &Bytes| {
        let (sender, meta) = wire::decode::<SnapshotBegin>(bytes).unwrap().check(1).unwrap();
        assert_eq!(sender, vote);
        meta
    };
    Sample::of(Kind::SnapshotBegin, name, meta, encode, decode)
}
