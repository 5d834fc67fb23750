//! Both disks keep the same promises, and the simulated one breaks exactly those that it is told to.

use std::io::ErrorKind;
use std::path::Path;

use raft::disk::{Disk, RealDisk, SimDisk};

fn read(disk: &dyn Disk, path: &Path) -> Vec<u8> {
    let file = disk.open(path).unwrap();
    let mut bytes = vec![0; usize::try_from(file.len().unwrap()).unwrap()];
    file.read_at(0, &mut bytes).unwrap();
    bytes
}

fn keeps_the_contract(disk: &dyn Disk, dir: &Path) {
    let (one, two) = (dir.join("one"), dir.join("two"));
    assert_eq!(disk.list(dir).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(disk.create(&one).err().unwrap().kind(), ErrorKind::NotFound);
    disk.create_dir(dir).unwrap();
    disk.create_dir(dir).unwrap();
    assert_eq!(disk.open(&one).err().unwrap().kind(), ErrorKind::NotFound);

    let file = disk.create(&one).unwrap();
    assert!(file.is_empty().unwrap());
    file.prewrite(0, 100_000).unwrap();
    file.write_at(99_998, b"tail").unwrap();
    file.sync().unwrap();
    file.forget_cached().unwrap();
    assert_eq!(file.len().unwrap(), 100_002);
    let mut bytes = [9; 6];
    file.read_at(99_996, &mut bytes).unwrap();
    assert_eq!(&bytes, b"\0\0tail");
    assert_eq!(file.read_at(99_997, &mut bytes).unwrap_err().kind(), ErrorKind::UnexpectedEof);

    disk.create(&two).unwrap().write_at(0, b"two").unwrap();
    assert_eq!(disk.list(dir).unwrap(), ["one", "two"]);
    disk.rename(&two, &one).unwrap();
    disk.sync_dir(dir).unwrap();
    assert_eq!((disk.list(dir).unwrap(), read(disk, &one)), (vec!["one".to_owned()], b"two".to_vec()));
    file.read_at(99_996, &mut bytes).unwrap();
    assert_eq!(&bytes, b"\0\0tail", "who has a file open keeps it");
    assert!(disk.create(&one).unwrap().is_empty().unwrap());
    disk.remove(&one).unwrap();
    assert_eq!(disk.remove(&one).unwrap_err().kind(), ErrorKind::NotFound);

    let held = disk.lock(&dir.join("lock")).unwrap();
    assert_eq!(disk.lock(&dir.join("lock")).err().unwrap().kind(), ErrorKind::WouldBlock);
    drop(held);
    disk.lock(&dir.join("lock")).unwrap();
}

#[test]
fn both_disks_keep_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    keeps_the_contract(&RealDisk, &dir.path().join("a/b"));
    keeps_the_contract(&SimDisk::new(), Path::new("/a/b"));
}

#[test]
fn a_crash_keeps_what_was_synced_and_anything_of_the_rest() {
    let (mut lost, mut torn, mut kept, mut unnamed) = (0, 0, 0, 0);
    for seed in 0..200 {
        let disk = SimDisk::new();
        let (dir, path, new) = (Path::new("/a"), Path::new("/a/file"), Path::new("/a/new"));
        disk.create_dir(dir).unwrap();
        let file = disk.create(path).unwrap();
        file.write_at(0, &[1; 4096]).unwrap();
        file.sync().unwrap();
        disk.sync_dir(dir).unwrap();
        file.write_at(1024, &[2; 2048]).unwrap();
        disk.create(new).unwrap();
        disk.crash(seed);

        assert!(file.len().is_err(), "a file does not outlive its process");
        let bytes = read(&disk, path);
        assert_eq!((&bytes[..1024], &bytes[3072..]), (&[1; 1024][..], &[1; 1024][..]), "seed {seed}");
        match &bytes[1024..3072] {
            all if all == [1; 2048] => lost += 1,
            all if all == [2; 2048] => kept += 1,
            _ => torn += 1,
        }
        unnamed += usize::from(disk.open(new).is_err());
    }
    assert!(
        lost > 20 && kept > 20 && torn > 50 && (50..150).contains(&unnamed),
        "{lost} {kept} {torn} {unnamed}"
    );
}

#[test]
fn what_a_failed_sync_covered_is_shown_until_somebody_looks_at_the_device() {
    let disk = SimDisk::new();
    disk.create_dir(Path::new("/a")).unwrap();
    let file = disk.create(Path::new("/a/file")).unwrap();
    file.write_at(0, b"synced").unwrap();
    file.sync().unwrap();
    file.write_at(0, b"failed").unwrap();
    disk.fail_sync_after(0);
    assert!(file.sync().is_err());
    file.sync().unwrap();
    assert_eq!(read(&disk, Path::new("/a/file")), b"failed");
    file.forget_cached().unwrap();
    assert_eq!(read(&disk, Path::new("/a/file")), b"synced");
}

#[test]
fn a_process_can_do_nothing_after_the_crash_that_killed_it() {
    let disk = SimDisk::new();
    let process = disk.process();
    process.create_dir(Path::new("/a")).unwrap();
    disk.kill();
    assert!(process.create(Path::new("/a/file")).is_err());
    disk.process().create(Path::new("/a/file")).unwrap();
}
