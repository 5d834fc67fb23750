//! A damaged snapshot is an error that names file and place, never a snapshot, never silence.

use raft::disk::SimDisk;
use raft::snapshot::Error;

use crate::support::*;

const BYTES: usize = 100_000;

fn damaged(change: impl FnOnce(&SimDisk)) -> Error {
    let disk = SimDisk::new();
    write(&open(&disk), 1, &content(1, BYTES)).unwrap();
    change(&disk);
    open(&disk).current(SHARD).expect_err("the damage is noticed")
}

#[test]
fn a_flipped_bit_anywhere_is_found() {
    let disk = SimDisk::new();
    write(&open(&disk), 1, &content(1, BYTES)).unwrap();
    let len = disk.bytes(&current_path()).len();
    let ends = (0..200).chain(len - 200..len);
    for offset in ends.chain((0..len).step_by(2777)) {
        let error = damaged(|disk| disk.flip_bit(&current_path(), offset, u8::try_from(offset % 8).unwrap()));
        match error {
            Error::Damaged { path, offset: named, .. } => {
                assert_eq!(path, current_path());
                assert!(named <= offset as u64, "{named} for {offset}");
            }
            Error::UnknownFormat { path, .. } => assert_eq!(path, current_path()),
            other => panic!("{offset}: {other}"),
        }
    }
}

#[test]
fn a_shortened_file_is_found() {
    let disk = SimDisk::new();
    write(&open(&disk), 1, &content(1, BYTES)).unwrap();
    let len = disk.bytes(&current_path()).len();
    for kept in (0..100).chain([len / 2, len - 25, len - 24, len - 1]) {
        let error = damaged(|disk| disk.shorten(&current_path(), kept));
        assert!(matches!(error, Error::Damaged { .. }), "{kept}: {error}");
    }
}

#[test]
fn damage_after_it_was_opened_is_found_by_who_reads_it() {
    let disk = SimDisk::new();
    let file = write(&open(&disk), 1, &content(1, BYTES)).unwrap();
    disk.flip_bit(&current_path(), 90_000, 2);
    assert_eq!(file.read_at(0, 1000).unwrap(), content(1, 1000));
    let error = file.read_at(65_536, 1000).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::InvalidData);
}
