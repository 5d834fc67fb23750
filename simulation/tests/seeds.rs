//! Seeds, run by the program as anybody would run them.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;

/// What the program prints of many runs.
#[derive(Debug, Deserialize)]
struct Figures {
    seeds: u64,
    counts: BTreeMap<String, u64>,
    violations: BTreeMap<String, String>,
}

/// What it prints of one.
#[derive(Debug, Deserialize)]
struct Report {
    trace: u64,
    violations: Vec<String>,
}

fn program(arguments: &[&str]) -> Vec<u8> {
    let run = Command::new(env!("CARGO_BIN_EXE_flashsale-simulation")).args(arguments).arg("--json").output();
    run.expect("the program runs").stdout
}

fn campaign(arguments: &[&str]) -> Figures {
    let printed = program(&[&["run"], arguments].concat());
    serde_json::from_slice(&printed).expect("figures")
}

fn replay(seed: &str) -> Report {
    serde_json::from_slice(&program(&["replay", seed])).expect("a report")
}

#[test]
fn two_hundred_seeds_show_no_violation_and_every_kind_of_fault() {
    let figures = campaign(&["--seeds", "200"]);
    assert!(figures.violations.is_empty(), "{:#?}", figures.violations);
    assert_eq!(figures.seeds, 200);
    let struck = figures.counts.iter().filter(|(kind, _)| kind.starts_with("struck: "));
    assert_eq!(struck.clone().count(), 20, "{:#?}", figures.counts);
    assert!(struck.map(|(_, count)| *count).all(|count| count >= 5), "{:#?}", figures.counts);
    for kind in [
        "answers: done",
        "answers: limit reached",
        "answers: not found",
        "answers: sold out",
        "answers: unknown",
        "bytes of a connection that a newer one had replaced",
        "holds timed while all was well",
        "payments captured",
        "snapshots installed",
        "snapshots loaded",
        "starts",
    ] {
        assert!(figures.counts.get(kind).is_some_and(|count| *count > 10), "{kind}: {:#?}", figures.counts);
    }
}

/// Seeds that once showed something, among those of the first test or beyond. What they showed has tests of its own: a
/// seed is another run in another build.
const ONCE_FOUND: [&str; 8] = ["33", "44", "54", "66", "841", "1041", "1529", "3062"];

#[test]
fn seeds_that_once_showed_a_violation_show_none() {
    for seed in ONCE_FOUND {
        let report = replay(seed);
        assert!(report.violations.is_empty(), "seed {seed}: {:#?}", report.violations);
    }
}

#[test]
fn the_same_seed_is_the_same_run_and_another_is_another() {
    let [one, again, other] = ["11", "11", "12"].map(replay);
    assert!(one.violations.is_empty(), "{:#?}", one.violations);
    assert_eq!(one.trace, again.trace);
    assert_ne!(one.trace, other.trace);
}
