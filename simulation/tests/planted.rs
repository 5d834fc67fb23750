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

/// Finds the bug, by violations of which each begins like one of these, but for the node that it names.
fn is_found(bug: &str, seeds: u64, by: &[&str]) {
    let violations = found(bug, seeds);
    let is_known = |violation: &String| by.iter().any(|begin| without_node(violation).starts_with(begin));
    assert!(violations.iter().all(is_known), "{bug}: {violations:#?}");
}

/// What is said of a node, without its number.
fn without_node(violation: &str) -> &str {
    violation
        .strip_prefix("node ")
        .map_or(violation, |of_node| of_node.trim_start_matches(char::is_numeric).trim_start())
}

#[test]
fn an_acknowledgement_before_the_sync_is_found() {
    is_found("ack-before-sync", 40, &["I3/I8: ", "I3: ", "does not start: "]);
}

#[test]
fn a_vote_that_is_not_written_down_is_found() {
    is_found("vote-forgotten", 40, &["I3/I8: ", "ended by itself: ", "a panic: "]);
}

#[test]
fn an_answer_before_the_terms_first_entry_is_found() {
    is_found("answer-before-blank", 200, &["I9: ", "I7: "]);
}

#[test]
fn a_refusal_without_confirmation_is_found() {
    is_found("no-confirmation", 100, &["I9: ", "I7: "]);
}

#[test]
fn proposing_by_the_wall_clock_is_found() {
    is_found("wall-clock", 40, &["I6: "]);
}

#[test]
fn a_late_twin_is_found() {
    is_found("late-twin", 200, &["I7: "]);
}

#[test]
fn units_that_are_given_back_twice_are_found() {
    is_found("units-twice", 20, &["I1/I2: ", "I2: "]);
}

#[test]
fn keys_that_are_missing_in_snapshots_are_found() {
    is_found("keys-not-in-snapshot", 40, &["does not start: ", "I7: ", "I8: "]);
}

#[test]
fn serving_the_newest_first_is_found() {
    is_found("newest-first", 60, &["I11: "]);
}

#[test]
fn a_key_for_each_call_to_the_bank_is_found() {
    is_found("fresh-keys", 40, &["I5: "]);
}

#[test]
fn a_charge_that_is_taken_again_since_no_answer_came_is_found() {
    is_found("charged-at-once", 40, &["I4: "]);
}
