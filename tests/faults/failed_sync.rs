//! A sync that fails ends the process: a process of its own, with a log as every node has it, on a disk that fails.

use std::path::Path;
use std::process::Command;

use engine::ShardId;
use openraft::storage::RaftLogStorage;
use raft::disk::SimDisk;
use raft::log::{Log, Options};
use raft::types::{LeaderId, Vote};

/// Says to the process that this test starts that it is the one to end.
const VICTIM: &str = "FLASHSALE_TEST_VICTIM";

#[test]
fn a_sync_that_fails_ends_the_process_with_one_line_and_exit_code_1() {
    let mut victim = Command::new(std::env::current_exe().expect("a test binary"));
    victim.args(["--exact", "failed_sync::ends_when_a_sync_fails", "--ignored", "--nocapture"]);
    let output = victim.env(VICTIM, "1").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(lines.len(), 1, "{said}");
    for words in ["the log cannot go on and ends this process", "syncing /log/", "check it"] {
        assert!(lines[0].contains(words), "`{words}` is not in: {}", lines[0]);
    }
    assert!(!said.contains("panicked") && !said.contains("STILL THERE"), "{said}");
}

#[tokio::test]
#[ignore = "it ends the process that it runs in; the other test starts one for it"]
async fn ends_when_a_sync_fails() {
    assert!(std::env::var_os(VICTIM).is_some(), "this is run by the other test alone");
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let disk = SimDisk::new();
    let log = Log::open(disk.process(), Path::new("/log"), Options::default()).expect("it opens");
    disk.fail_next_sync_of(Path::new("/log/00000000000000000001.log"));
    let vote = Vote { leader_id: LeaderId { term: 1, node_id: 1 }, committed: true };
    let saved = log.shard(ShardId(0)).save_vote(&vote).await;
    // Whoever waits is told before the process ends; nothing else may come of it.
    assert!(saved.is_err());
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
    eprintln!("STILL THERE");
}
