//! What is done with any bytes, for the fuzzer and for `tests/fuzz.rs`: an error or a value, and never a panic.

#![allow(dead_code, reason = "each target uses a part of it")]

use engine::command::Found;
use engine::{Batch, Command, Loader, LogTime, Proposal, RULES, Shard, ShardId, codec};

/// The shard whose snapshots are read.
pub(crate) const SHARD: ShardId = ShardId(3);

/// A command, if the bytes are one.
pub(crate) fn command(bytes: &[u8]) -> Option<Command> {
    let command = codec::decode::<Command>(bytes).ok()?;
    assert_eq!(codec::decode(&codec::encode(&command)).as_ref(), Ok(&command));
    Some(command)
}

/// A batch, if the bytes are one.
pub(crate) fn batch(bytes: &[u8]) -> Option<Batch> {
    let batch = codec::decode::<Batch>(bytes).ok()?;
    assert_eq!(codec::decode(&codec::encode(&batch)).as_ref(), Ok(&batch));
    Some(batch)
}

/// Any batch can be applied, and the state hash is kept up with it.
pub(crate) fn apply(batch: &Batch) {
    let mut shard = Shard::new(SHARD);
    let found = Proposal::of(Command::Found(Found { secret: [5; 16] }));
    let first = Batch { now: LogTime(1), rules: RULES, proposals: vec![found] };
    let (mut outcomes, mut events) = (Vec::new(), Vec::new());
    shard.apply(&first, &mut outcomes, &mut events);
    shard.apply(batch, &mut outcomes, &mut events);
    assert_eq!(outcomes.len(), 1 + batch.proposals.len());
    check(&shard);
}

/// A shard, if the bytes are chunks of its snapshot, each behind its length in two bytes.
pub(crate) fn snapshot(bytes: &[u8]) -> Option<Shard> {
    let (mut loader, mut rest) = (Loader::new(SHARD), bytes);
    while let Some((len, behind)) = rest.split_first_chunk::<2>() {
        let len = usize::from(u16::from_le_bytes(*len)).min(behind.len());
        let (chunk, next) = behind.split_at(len);
        // After an error a careless caller goes on: it must not panic then either.
        let _ = loader.feed(chunk);
        rest = next;
    }
    loader.finish().ok()
}

/// A shard that came about is sound as far as its hash tells, and what is captured of it is the same shard again.
pub(crate) fn check(shard: &Shard) {
    assert_eq!(shard.hash(), shard.recomputed_hash());
    let mut loader = Loader::new(SHARD);
    shard.capture().chunks().for_each(|chunk| loader.feed(&chunk).expect("it was captured just now"));
    assert_eq!(loader.finish().expect("it was captured just now").hash(), shard.hash());
}

/// Chunks as [`snapshot`] takes them.
pub(crate) fn framed(chunks: &[Vec<u8>]) -> Vec<u8> {
    let frame = |chunk: &Vec<u8>| {
        let len = u16::try_from(chunk.len()).unwrap_or(u16::MAX);
        [&len.to_le_bytes()[..], chunk].concat()
    };
    chunks.iter().flat_map(frame).collect()
}
