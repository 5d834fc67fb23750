//! Damaged and missing files: the node refuses to start, names the file and the place, and the other two go on.

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::cluster::invariants::back;
use crate::cluster::{Cluster, Crowd, Exit, Manners, Product, Pulse, Settings, shard_of, until};

#[tokio::test]
async fn a_node_with_a_damaged_file_does_not_start_and_the_others_go_on() {
    let mut cluster = Cluster::start(Settings::small()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    let manners = Manners { buyers: 64, pause: Duration::ZERO, cancel_percent: 90, ..Manners::default() };
    let crowd = Crowd::enter(&cluster, Product::new("shoe", 1_000_000), manners).await;
    until("there is a snapshot at every node", Duration::from_secs(90), || async {
        let shard = cluster.api.shard(1, shard_of("shoe")).await;
        shard.is_some_and(|shard| shard.replicas.iter().filter(|found| found.snapshot_index > 0).count() == 3)
    })
    .await;

    let victim = cluster.leader_of("shoe").await;
    cluster.kill(&[victim]);
    let killed = Instant::now();
    let oldest = files(&cluster.data(victim).join("log"), ".log").remove(0);
    let offset = refused_for(&mut cluster, victim, &oldest, FRAME).await;
    assert!(offset <= FRAME, "the frame that holds byte {FRAME} begins at {offset}");

    let name = format!("shard-{:05}.snapshot", shard_of("shoe"));
    let snapshot = cluster.data(victim).join("snapshots").join(name);
    let middle = std::fs::metadata(&snapshot).expect("it is there").len() / 2;
    let offset = refused_for(&mut cluster, victim, &snapshot, middle).await;
    assert!(offset <= middle, "the chunk that holds byte {middle} begins at {offset}");

    let elsewhere = snapshot.with_extension("elsewhere");
    cluster.story.tell(format!("take {} away", snapshot.display()));
    std::fs::rename(&snapshot, &elsewhere).expect("it can be renamed");
    let exit = cluster.start_in_vain(victim).await;
    let said = exit.stderr.lines().last().unwrap_or_default();
    let directory = snapshot.parent().expect("it is in a directory").display().to_string();
    assert!(exit.status == Some(1) && said.contains("a snapshot file is missing"), "{}", exit.stderr);
    assert!(said.contains(&directory), "{said}");
    std::fs::rename(&elsewhere, &snapshot).expect("it can be renamed back");

    let outage = back::look(&mut pulse, killed).await;
    crowd.buys(1).await;
    cluster.start_node(victim);
    cluster.ready().await;
    let deals = crowd.leave().await;
    cluster.story.tell(format!("{} attempts; back after {outage:?}", deals.len()));
}

/// A byte of the log's third or fourth frame, or of an earlier one that is long: there are always later ones.
const FRAME: u64 = 3 * 4_096 + 1_000;

/// Flips a byte of a file, and expects the node not to start for it. Puts the byte back. Gives the offset that was named.
async fn refused_for(cluster: &mut Cluster, node: u64, file: &Path, offset: u64) -> u64 {
    cluster.story.tell(format!("flip byte {offset} of {}", file.display()));
    flip(file, offset);
    let exit = cluster.start_in_vain(node).await;
    flip(file, offset);
    named_offset(&exit, file)
}

fn flip(file: &Path, offset: u64) {
    let file = std::fs::File::options().read(true).write(true).open(file).expect("it is there");
    let mut byte = [0];
    file.read_exact_at(&mut byte, offset).expect("it is long enough");
    file.write_all_at(&[byte[0] ^ 0x10], offset).expect("it can be written");
    file.sync_all().expect("it can be synced");
}

/// The files in a directory, in the order of their names.
fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    files.sort();
    files
}

/// The byte at which a node said, in its last line, that `file` is damaged.
#[track_caller]
fn named_offset(exit: &Exit, file: &Path) -> u64 {
    assert_eq!(exit.status, Some(1), "{}", exit.stderr);
    let said = exit.stderr.lines().last().unwrap_or_default();
    let damaged = format!("{} is damaged at byte ", file.display());
    let (_, behind) = said.split_once(&damaged).unwrap_or_else(|| panic!("`{damaged}` is not in: {said}"));
    let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}
