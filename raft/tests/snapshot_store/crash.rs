//! Crashes, failed syncs and a full disk, at every moment of writing a snapshot.

use raft::disk::SimDisk;
use raft::snapshot::Error;

use crate::support::*;

#[test]
fn after_a_crash_the_new_snapshot_or_its_predecessor_is_current_and_whole() {
    for operations in 0..40 {
        for seed in 0..8 {
            let disk = SimDisk::new();
            write(&open(&disk), 1, &content(1, 150_000)).unwrap();
            let store = open(&disk);
            disk.cut_power_after(operations);
            let finished = write(&store, 2, &content(2, 250_000)).is_ok();
            disk.crash(seed);

            let store = open(&disk);
            let file =
                store.current(SHARD).unwrap_or_else(|error| panic!("{operations}, seed {seed}: {error}"));
            let file = file.expect("the first snapshot was finished long before");
            let index = current_index(&store).unwrap();
            assert!(index == 2 || !finished, "{operations}, seed {seed}");
            let expected = if index == 2 { content(2, 250_000) } else { content(1, 150_000) };
            assert_eq!(read(&file), expected, "{operations}, seed {seed}");
            assert_eq!(disk.files(), [current_path()], "{operations}, seed {seed}");
        }
    }
}

#[test]
fn a_failed_sync_leaves_the_predecessor() {
    for syncs in 0..2 {
        let disk = SimDisk::new();
        let store = open(&disk);
        write(&store, 1, b"first").unwrap();
        disk.fail_sync_after(syncs);
        let error = write(&store, 2, b"second").unwrap_err();
        assert!(matches!(error, Error::Sync { .. }), "{error}");
        assert_eq!(current_index(&store), Some(1));
        // The name may have changed already; then the file behind it is whole.
        disk.crash(1);
        let found = current_index(&open(&disk)).unwrap();
        assert!(found == 1 || syncs == 1, "{found}");
    }
}

#[test]
fn a_full_disk_is_an_error_that_passes() {
    let disk = SimDisk::new();
    let store = open(&disk);
    write(&store, 1, &content(1, 100_000)).unwrap();
    disk.set_capacity(Some(200_000));
    let error = write(&store, 2, &content(2, 150_000)).unwrap_err();
    assert!(
        matches!(&error, Error::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull),
        "{error}"
    );
    assert_eq!(disk.files(), [current_path()]);
    disk.set_capacity(None);
    write(&store, 2, &content(2, 150_000)).unwrap();
    assert_eq!(current_index(&open(&disk)), Some(2));
}
