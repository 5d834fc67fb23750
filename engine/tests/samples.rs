//! Bytes that were written once must be readable for ever: samples of every format, kept as hexadecimal lines.
//!
//! A sample is never written anew. A change of layout takes a new format byte in `engine::codec` and a new sample beside
//! the old ones; `WRITE_SAMPLES=1` writes those that are not there yet. The samples hold the state hash still as well,
//! for a snapshot carries it.

mod sample;

use std::path::{Path, PathBuf};

use engine::{Batch, Loader, LogTime, Proposal, RULES, Shard, codec};
use sample::{SHARD, chunks, commands, paid_shard, payments, shard};

#[test]
fn a_batch_of_format_1_is_readable() {
    let proposals = commands().into_iter().map(Proposal::of).collect();
    let batch = Batch { now: LogTime(1_795_737_600_000), rules: RULES, proposals };
    let kept = kept("batch-1.hex", || vec![codec::encode(&batch)]);
    assert_eq!(codec::decode(&kept[0]), Ok(batch));
}

#[test]
fn a_batch_with_payments_of_format_1_is_readable() {
    let proposals = payments().into_iter().map(Proposal::of).collect();
    let batch = Batch { now: LogTime(1_795_737_600_000), rules: RULES, proposals };
    let kept = kept("batch-1-payments.hex", || vec![codec::encode(&batch)]);
    assert_eq!(codec::decode(&kept[0]), Ok(batch));
}

#[test]
fn a_snapshot_of_format_1_is_readable() {
    let kept = kept("snapshot-1.hex", || chunks(&shard()));
    assert_eq!(load(&kept).hash(), shard().hash());
    assert_eq!(kept, chunks(&shard()), "without payments by the provider it is written as it was");
}

#[test]
fn a_snapshot_with_payments_of_format_1_is_readable() {
    let kept = kept("snapshot-1-payments.hex", || chunks(&paid_shard()));
    let (loaded, shard) = (load(&kept), paid_shard());
    assert_eq!(loaded.hash(), shard.hash());
    assert!(loaded.tasks(None).eq(shard.tasks(None)));
}

fn load(chunks: &[Vec<u8>]) -> Shard {
    let mut loader = Loader::new(SHARD);
    chunks.iter().for_each(|chunk| loader.feed(chunk).expect("it was written by us"));
    loader.finish().expect("it was written by us")
}

fn kept(name: &str, make: impl FnOnce() -> Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let path = path(name);
    if !path.exists() && std::env::var_os("WRITE_SAMPLES").is_some() {
        let lines = make().iter().map(|bytes| hex(bytes)).collect::<String>();
        std::fs::write(&path, lines).expect("the sample can be written");
    }
    let text = std::fs::read_to_string(&path).expect("the sample is there");
    text.lines().map(unhex).collect()
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_owned()]).collect()
}

fn unhex(line: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&line[at..at + 2], 16).expect("hexadecimal digits");
    (0..line.len()).step_by(2).map(digits).collect()
}
