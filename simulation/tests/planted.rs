//! Planted bugs: the simulation finds each of them, by the invariant that it breaks, within so many seeds.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Figures {
    seeds: u64,
    violations: BTreeMap<String, String>,
}

/// Runs seeds until one shows a violation, and gives the violations that were seen.
fn found(bug: &str, seeds: u64) -> Vec<String> {
    let run = Command::new(env!("CARGO_BIN_EXE_flashsale-simulation"))
        .args(["run", "--bug", bug, "--until-found", "--json", "--seeds", &seeds.to_string()])
        .output();
    let figures: Figures = serde_json::from_slice(&run.expect("the program runs").stdout).expect("figures");
    assert!(!figures.violations.is_empty(), "{bug} was not found in {} seeds", figures.seeds);
    figures.violations.into_values().collect()
}
