//! Bytes of every format ever written stay readable: `tests/samples` keeps them.

use std::fs;
use std::path::PathBuf;

use raft::disk::{Disk, SimDisk};

use crate::support::*;

const CONTENT: &[u8] = b"what a shard was";

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/snapshot-format-1.bin")
}

#[test]
fn format_1_is_read() {
    let disk = SimDisk::new();
    disk.create_dir(dir()).unwrap();
    disk.create(&current_path()).unwrap().write_at(0, &fs::read(sample()).unwrap()).unwrap();
    let file = open(&disk).current(SHARD).unwrap().unwrap();
    assert_eq!((file.meta(), read(&file)), (&meta(42), CONTENT.to_vec()));
}

/// Run by hand when a new format is made, after its number was raised and the name above changed.
#[test]
#[ignore = "writes a sample into the source tree"]
fn write_a_sample() {
    let disk = SimDisk::new();
    write(&open(&disk), 42, CONTENT).unwrap();
    fs::write(sample(), disk.bytes(&current_path())).unwrap();
}
