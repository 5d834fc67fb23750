//! A backup is taken under load and restored into a new cluster of other nodes: all that was acknowledged before is there,
//! keys are remembered, and it sells.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::cluster::invariants::{check_answers, check_books};
use crate::cluster::{Cluster, Crowd, Manners, Product, Settings};
use crate::operator::{Run, begin};

const STOCK: u64 = 80;

async fn restore(cluster: &Cluster, from: &Path, config: &Path) -> Run {
    let (from, config) = (from.to_str().expect("text"), config.to_str().expect("text"));
    begin(cluster, &[1], &["restore", "--from", from, "--config", config]).ended().await
}

/// Restoring is refused with `status`, in one line that has all of `words`.
async fn refused(cluster: &Cluster, from: &Path, config: &Path, status: i32, words: &[&str]) {
    let run = restore(cluster, from, config).await;
    assert_eq!((run.status, run.stdout.as_str()), (Some(status), ""), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    words.iter().for_each(|word| assert!(run.stderr.contains(word), "`{word}` is not in: {}", run.stderr));
}

/// Nobody but its owner may look into it.
fn is_private(dir: &Path) {
    let mode = std::fs::metadata(dir).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o077, 0, "{} is open to others: {mode:o}", dir.display());
}

/// Where another backup was broken off, none is begun.
async fn broken_off(cluster: &Cluster) {
    let out = cluster.file("broken-off");
    std::fs::create_dir(&out).expect("a directory");
    std::fs::write(out.join("shard-00000.snapshot"), "half of it").expect("written");
    let args = ["backup", "--out", out.to_str().expect("text")];
    let run = begin(cluster, &[1], &args).ended().await;
    assert!(run.status == Some(2) && run.stderr.contains("was broken off"), "{}", run.stderr);
}

#[tokio::test]
async fn a_backup_under_load_becomes_a_new_cluster_with_all_that_was_acknowledged() {
    let mut cluster = Cluster::start(Settings { spares: &[4, 5, 6], ..Settings::small() }).await;
    // So that every shard has a snapshot that is too old for the one that counts.
    let early = cluster.file("early");
    let run = begin(&cluster, &[2, 1, 3], &["backup", "--out", early.to_str().expect("text")]).ended().await;
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), Manners::default()).await;
    crowd.reaches(STOCK + 20).await;
    let deals = crowd.leave().await;

    let crowd = Crowd::enter(&cluster, Product::new("boot", 10_000), Manners::default()).await;
    crowd.buys(20).await;
    let out = cluster.file("backup");
    let args = ["backup", "--out", out.to_str().expect("text")];
    let run = begin(&cluster, &[2, 1, 3], &args).ended().await;
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    crowd.buys(20).await;
    drop(crowd.leave().await);
    let again = begin(&cluster, &[1], &args).ended().await;
    assert!(again.status == Some(2) && again.stderr.contains("is not empty"), "{}", again.stderr);
    is_private(&out);
    is_private(&cluster.data(1));
    broken_off(&cluster).await;

    refused(&cluster, &out, &cluster.config(), 2, &["takes another name"]).await;
    let banked = cluster.config_of_another("banked", &[4, 5, 6], true);
    for account in 1..=9 {
        let secret = format!("whsec_of_a_test_{account}");
        std::fs::write(cluster.file(&format!("webhook-{account}.secret")), secret).expect("written");
    }
    refused(&cluster, &out, &banked, 1, &["node 1 of the cluster \"test\" still answers"]).await;
    cluster.kill(&[1, 2, 3]);
    let restored = cluster.config_of_another("restored", &[4, 5, 6], false);
    let run = restore(&cluster, &out, &restored).await;
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    refused(&cluster, &out, &restored, 1, &["node-4 is there already"]).await;

    for (old, new) in [(1, 4), (2, 5), (3, 6)] {
        cluster.api.door.replaced(old, new);
        cluster.start_node_with(new, &restored);
    }
    cluster.ready().await;
    check_books(&cluster, &deals).await;
    check_answers(&cluster, &deals).await;
    let crowd = Crowd::enter(&cluster, Product::new("hat", STOCK), Manners::default()).await;
    crowd.buys(40).await;
    // It outlives a restart of all its nodes: its own log goes on from where the backup was.
    cluster.kill(&[4, 5, 6]);
    for node in [4, 5, 6] {
        cluster.start_node_with(node, &restored);
    }
    cluster.ready().await;
    crowd.buys(20).await;
    let later = crowd.leave().await;
    check_books(&cluster, &later).await;

    damaged(&cluster, &out).await;
}

/// A backup that is damaged, or is not whole, makes nothing.
async fn damaged(cluster: &Cluster, out: &Path) {
    let config = cluster.config_of_another("damaged", &[1, 2, 3], false);
    let file = out.join("shard-00001.snapshot");
    let whole = std::fs::read(&file).expect("it is there");
    let middle = whole.len() / 2;
    let mut bytes = whole.clone();
    bytes[middle] ^= 0x10;
    std::fs::write(&file, &bytes).expect("written");
    refused(cluster, out, &config, 1, &[file.to_str().expect("text"), "is damaged at byte"]).await;
    // Whole, and not the one that was taken: another shard's, or of another time.
    std::fs::copy(out.join("shard-00000.snapshot"), &file).expect("copied");
    refused(cluster, out, &config, 1, &["of another shard"]).await;
    std::fs::write(&file, &whole).expect("written");
    let manifest = out.join("manifest.json");
    let text = std::fs::read_to_string(&manifest).expect("it is there");
    std::fs::write(&manifest, text.replacen("\"log_index\": ", "\"log_index\": 1", 1)).expect("written");
    refused(cluster, out, &config, 1, &["manifest.json", "does not match its checksum"]).await;
    std::fs::remove_file(&manifest).expect("removed");
    refused(cluster, out, &config, 1, &["manifest.json"]).await;
    assert!(!cluster.file("damaged").join("node-1").exists(), "nothing was made");
}
