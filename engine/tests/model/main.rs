//! The engine against a model of the shop that is too simple to be wrong in the same way.
//!
//! Random sequences over a few products, buyers and keys are played side by side in the model (`reference`), in a replica
//! that applies them one by one and is replaced by its own snapshot at random, and in a second that applies them in other
//! batches. After every command outcomes, answers, stocks, views, deadlines and events are what the model says, and the
//! hash is that of a fresh load; whenever the second replica has caught up, it has the same hash and said the same.
//!
//! The sequences follow from their seeds, which are printed: a run is the same every time. `MODEL_SEED=7` plays one seed
//! alone, `MODEL_CASES=10000` as many, and both together that many from there on. A failure prints its seed, and the
//! shortest sequence that fails, in words. What a run must come past at least stands in `expected.rs`.

mod compare;
mod expected;
mod moves;
mod names;
mod pick;
mod provider;
mod reference;
mod replicas;
mod resolve;
mod scopes;
mod shorten;
mod tally;
mod trial;
mod words;

use std::cell::RefCell;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use moves::Pace;
use tally::Tally;
use trial::{Before, Case, Trial};

/// How many sequences a run plays, and how long one is on average.
const CASES: u64 = 1_300;
const MOVES: usize = 200;
/// How many random commands a run has at least.
const COMMANDS_LEAST: u64 = 200_000;

#[test]
fn the_engine_does_what_the_model_says() {
    let tally = RefCell::new(Tally::default());
    let first = setting("MODEL_SEED");
    let cases = setting("MODEL_CASES").unwrap_or(if first.is_some() { 1 } else { CASES });
    let seeds = first.unwrap_or(0)..first.unwrap_or(0) + cases;
    say(&format!("model: seeds {} to {}", seeds.start, seeds.end - 1));
    seeds.for_each(|seed| play(seed, &tally));
    let tally = tally.into_inner();
    say(&format!("model: {} commands", tally.commands));
    if cases >= CASES {
        assert!(tally.commands >= COMMANDS_LEAST, "{} commands are too few", tally.commands);
        let missed = tally.missed();
        assert!(missed.is_empty(), "the sequences came past these too seldom: {missed:#?}");
    }
}

/// Plays the sequence of one seed; if it fails, tells the shortest one that does.
fn play(seed: u64, tally: &RefCell<Tally>) {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = ProptestConfig { cases: 1, max_shrink_iters: 4_000, ..ProptestConfig::default() };
    let config = ProptestConfig { failure_persistence: None, ..config };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let result = TestRunner::new_with_rng(config, rng)
        .run(&cases(), |case| Trial::new(tally).play(&case).map_err(TestCaseError::fail));
    match result {
        Ok(()) => {}
        Err(TestError::Fail(_, case)) => panic!("seed {seed} fails:\n{}", story(&shorten::shorten(case))),
        Err(error) => panic!("seed {seed}: {error}"),
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let before = prop_oneof![
        1 => Just(Before::Nothing),
        45 => Just(Before::Sale),
        5 => Just(Before::Crowd),
        5 => Just(Before::Wide),
    ];
    let moves = prop_oneof![moves::moves(MOVES, Pace::Brisk), moves::moves(MOVES, Pace::Calm)];
    (before, moves).prop_map(|(before, moves)| Case { before, moves })
}

/// What happens in a case, step by step until it fails.
fn story(case: &Case) -> String {
    let tally = RefCell::default();
    let mut trial = Trial::new(&tally);
    trial.story = Some(Vec::new());
    let played = catch_unwind(AssertUnwindSafe(|| trial.play(case)));
    let end = match played {
        Ok(played) => played.err().unwrap_or_default(),
        Err(_) => "and then it panics, as is told above".into(),
    };
    let mut story = trial.story.unwrap_or_default();
    story.push(end);
    story.join("\n")
}

fn setting(name: &str) -> Option<u64> {
    let value = std::env::var_os(name)?;
    Some(value.to_str().and_then(|value| value.parse().ok()).expect("a setting is a number"))
}

/// Past what captures the output of tests, for the seeds belong to every run.
fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("there is somewhere to write to");
}
