//! Ten times as many buyers as before, who ask again at once: nobody is elected, those who are let in are
//! served in time, operators get their answers, and memory stays where it was.
//!
//! `cargo test --release -p flashsale --test overload -- --ignored --nocapture` runs the long one, a minute, and prints the
//! figures; `FLASHSALE_BIN` runs another binary than the one that was built with the test.

#[path = "../cluster/mod.rs"]
mod cluster;

mod load;
mod operator;
mod run;

use std::time::Duration;

use run::Run;

/// As many buyers as sell the most on two cores: fewer fill smaller batches, and with more only waits get longer.
const MOST: usize = 1_024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_buyers_unseat_nobody() {
    let run = Run::make(128, Duration::from_secs(2), Duration::from_secs(6)).await;
    run.nobody_was_elected();
    run.operators_were_answered();
    run.memory_stayed();
    assert!(run.overload.granted > 0, "some were served: {:?}", run.overload);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes over a minute, and figures mean something for a release build alone"]
async fn a_minute_of_ten_times_too_many_buyers() {
    let run = Run::make(MOST, Duration::from_secs(10), Duration::from_secs(60)).await;
    run.nobody_was_elected();
    run.operators_were_answered();
    run.memory_stayed();
    run.most_was_sold_all_the_same();
    run.who_was_let_in_was_served_in_time();
}
