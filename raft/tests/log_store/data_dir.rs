//! A data directory belongs to one node of one cluster, and to one process at a time.

use std::path::Path;
use std::sync::Arc;

use raft::data_dir::{DataDir, Error, Owner};
use raft::disk::{Disk, RealDisk, SimDisk};
use raft::log::{Log, Options};

use crate::support::*;

fn path() -> &'static Path {
    Path::new("/node")
}

fn owner(cluster: &str, node: u64) -> Owner {
    Owner { cluster: cluster.to_owned(), node, shards: 3 }
}

#[test]
fn the_number_of_shards_is_part_of_the_owner() {
    let disk: Arc<dyn Disk> = Arc::new(SimDisk::new());
    DataDir::open(&disk, path(), &owner("shop", 3)).unwrap();
    let other = Owner { shards: 4, ..owner("shop", 3) };
    let message = DataDir::open(&disk, path(), &other).err().unwrap().to_string();
    assert!(message.contains("with 3 shards") && message.contains("with 4 shards"), "{message}");
}

#[test]
fn a_directory_keeps_its_owner_and_instance() {
    let disk: Arc<dyn Disk> = Arc::new(SimDisk::new());
    let made = DataDir::open(&disk, path(), &owner("shop", 3)).unwrap().instance();
    assert_eq!(DataDir::open(&disk, path(), &owner("shop", 3)).unwrap().instance(), made);
    for (cluster, node) in [("shop", 4), ("other", 3)] {
        let error = DataDir::open(&disk, path(), &owner(cluster, node)).err().unwrap();
        let message = error.to_string();
        assert!(matches!(error, Error::Foreign { .. }), "{message}");
        assert!(message.contains("\"shop\"") && message.contains(cluster), "{message}");
        assert!(message.contains("node 3") && message.contains(&format!("node {node}")), "{message}");
    }
}

#[test]
fn a_crash_while_it_is_made_leaves_it_usable_or_unmade() {
    for seed in 0..200 {
        let sim = SimDisk::new();
        let disk: Arc<dyn Disk> = Arc::new(sim.clone());
        sim.cut_power_after(Dice(seed).roll(8));
        let made = DataDir::open(&disk, path(), &owner("shop", 3)).ok().map(|dir| dir.instance());
        sim.crash(seed);
        let found = DataDir::open(&disk, path(), &owner("shop", 3))
            .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        if let Some(made) = made {
            assert_eq!(found.instance(), made, "seed {seed}");
        }
    }
}

#[test]
fn one_process_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    for disk in [Arc::new(RealDisk) as Arc<dyn Disk>, Arc::new(SimDisk::new())] {
        let held = DataDir::open(&disk, dir.path(), &owner("shop", 1)).unwrap();
        let error = DataDir::open(&disk, dir.path(), &owner("shop", 1)).err().unwrap();
        assert!(matches!(error, Error::InUse { .. }), "{error}");
        assert_eq!(error.to_string().lines().count(), 1);
        drop(held);
        DataDir::open(&disk, dir.path(), &owner("shop", 1)).unwrap();
    }
}

#[test]
fn damage_and_data_without_an_owner_refuse() {
    let sim = SimDisk::new();
    let disk: Arc<dyn Disk> = Arc::new(sim.clone());
    let dir = DataDir::open(&disk, path(), &owner("shop", 1)).unwrap();
    assert!(
        dir.log().starts_with(path())
            && dir.snapshots().starts_with(path())
            && dir.listings().starts_with(path())
    );
    disk.create_dir(&dir.log()).unwrap();
    disk.create(&dir.log().join("00000000000000000001.log")).unwrap();
    drop(dir);
    let identity = path().join("identity");
    for bit in 0..sim.bytes(&identity).len() * 8 {
        sim.flip_bit(&identity, bit / 8, u8::try_from(bit % 8).unwrap());
        let error = DataDir::open(&disk, path(), &owner("shop", 1)).err().unwrap();
        assert!(matches!(error, Error::Damaged { .. }), "bit {bit}: {error}");
        sim.flip_bit(&identity, bit / 8, u8::try_from(bit % 8).unwrap());
    }
    disk.remove(&identity).unwrap();
    let error = DataDir::open(&disk, path(), &owner("shop", 1)).err().unwrap();
    assert!(matches!(error, Error::Unidentified { what: "a log", .. }), "{error}");
}

#[test]
fn a_log_that_was_begun_and_is_gone_refuses() {
    let disk: Arc<dyn Disk> = Arc::new(SimDisk::new());
    let data = DataDir::open(&disk, path(), &owner("shop", 3)).unwrap();
    drop(data);
    let data = DataDir::open(&disk, path(), &owner("shop", 3)).expect("no log was begun");
    drop(Log::open(Arc::clone(&disk), &data.log(), Options::default()).unwrap());
    data.log_begun(&*disk).unwrap();
    drop(data);
    drop(
        DataDir::open(&disk, path(), &owner("shop", 3))
            .expect("the log is there, though nothing was written"),
    );
    for name in disk.list(&path().join("log")).unwrap() {
        disk.remove(&path().join("log").join(name)).unwrap();
    }
    let error = DataDir::open(&disk, path(), &owner("shop", 3)).err().unwrap();
    assert!(matches!(error, Error::LogGone { .. }), "{error}");
    assert!(error.to_string().contains("/node/log has no segments"), "{error}");
}
