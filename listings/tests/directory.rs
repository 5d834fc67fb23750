//! The directory: files of others, other formats, damage, two at once.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod stage;

use std::fs;
use std::path::Path;

use listings::{Error, Listings, ReservationFilter};
use stage::*;

fn filled(path: &Path) {
    let lists = Listings::open(path, options()).unwrap();
    lists.take(SHARD, &made(SHARD, 1, 2_000)).unwrap();
    lists.flush().unwrap();
}

fn assert_anew(path: &Path, why: &str) {
    let lists = Listings::open(path, options()).unwrap_or_else(|error| panic!("{why}: {error}"));
    assert_eq!(lists.position(SHARD), 0, "{why}");
    assert_eq!(all_reservations(&lists, &ReservationFilter::default(), 10), [], "{why}");
    lists.take(SHARD, &made(SHARD, 1, 10)).unwrap();
    assert_eq!(all_reservations(&lists, &ReservationFilter::default(), 100).len(), 10, "{why}");
    drop(lists);
    let lists = Listings::open(path, options()).unwrap_or_else(|error| panic!("{why}, again: {error}"));
    assert_eq!(lists.position(SHARD), 10, "{why}: what is new stays");
}

#[test]
fn a_directory_of_others_is_left_alone() {
    for name in ["notes.txt", "db", "conf"] {
        let directory = directory();
        fs::write(directory.path().join(name), "somebody's").unwrap();
        let error = Listings::open(directory.path(), options()).err().unwrap();
        assert!(matches!(error, Error::Foreign { .. }), "{error}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(directory.path().join(name)).unwrap(), "somebody's");
    }
}

#[test]
fn a_marker_of_others_is_left_alone() {
    let directory = directory();
    fs::write(directory.path().join("FORMAT"), "tarball 3").unwrap();
    fs::write(directory.path().join("db"), "somebody's").unwrap();
    let error = Listings::open(directory.path(), options()).err().unwrap();
    assert!(matches!(error, Error::Foreign { .. }), "{error}");
    assert_eq!(fs::read_to_string(directory.path().join("db")).unwrap(), "somebody's");
}

#[test]
fn files_of_others_among_ours_do_not_matter() {
    let directory = directory();
    filled(directory.path());
    fs::write(directory.path().join("notes.txt"), "somebody's").unwrap();
    let lists = Listings::open(directory.path(), options()).unwrap();
    assert_eq!(lists.position(SHARD), 2_000);
    drop(lists);
    fs::write(directory.path().join("FORMAT"), "flashsale listings 0\n").unwrap();
    assert_anew(directory.path(), "another format");
    assert_eq!(fs::read_to_string(directory.path().join("notes.txt")).unwrap(), "somebody's");
}

#[test]
fn a_marker_that_a_crash_cut_short_is_written_anew() {
    for left in ["", "flashsale", "flashsale listings 2", "flashsale listings condemned\n"] {
        let directory = directory();
        fs::write(directory.path().join("FORMAT"), left).unwrap();
        assert_anew(directory.path(), &format!("marker {left:?}"));
    }
}

#[test]
fn a_database_that_cannot_be_read_is_built_anew() {
    let damages: [(&str, &[u8]); 3] =
        [("conf", b"not a configuration"), ("db", &[0xa5; 100]), ("db", &[0xa5; 2 << 20])];
    for (name, bytes) in damages {
        let directory = directory();
        filled(directory.path());
        fs::write(directory.path().join(name), bytes).unwrap();
        assert_anew(directory.path(), &format!("{name} of {} other bytes", bytes.len()));
    }
}

/// Damage that sled does not find, or cuts away, shows as a lower position; the rest is found when it is read. Either
/// way nothing wrong is listed, nothing panics, and opening again or a rebuild cures it.
#[test]
fn a_database_that_is_damaged_somewhere_lists_nothing_wrong() {
    for tenth in 0..10 {
        let directory = directory();
        filled(directory.path());
        let file = directory.path().join("db");
        let mut bytes = fs::read(&file).unwrap();
        let at = bytes.len() * tenth / 10;
        let end = bytes.len().min(at + 512);
        bytes[at..end].iter_mut().for_each(|byte| *byte ^= 0x5a);
        fs::write(&file, bytes).unwrap();
        let lists = Listings::open(directory.path(), options()).unwrap();
        let position = lists.position(SHARD);
        match lists.reservations(&ReservationFilter::default(), None, 1_000) {
            Ok(page) => assert_eq!(page.items.len(), 1_000.min(usize::try_from(position).unwrap())),
            Err(error) => println!("tenth {tenth}: {error}"),
        }
    }
}

#[test]
fn only_one_has_the_directory_at_a_time() {
    let directory = directory();
    let lists = open(&directory);
    let path = directory.path().join("lists");
    let error = Listings::open(&path, options()).err().unwrap();
    assert!(matches!(error, Error::InUse { .. }), "{error}");
    lists.take(SHARD, &made(SHARD, 1, 3)).unwrap();
    drop(lists);
    for n in 1..=20 {
        let lists = Listings::open(&path, options()).unwrap();
        assert_eq!(lists.position(SHARD), 2 + n);
        lists.take(SHARD, &made(SHARD, 3 + n, 3 + n)).unwrap();
    }
}

#[test]
fn a_path_that_is_a_file_is_an_error_that_names_it() {
    let directory = directory();
    let path = directory.path().join("file");
    fs::write(&path, "somebody's").unwrap();
    let error = Listings::open(&path, options()).err().unwrap();
    assert!(matches!(&error, Error::Io { path: named, .. } if *named == path), "{error}");
}
