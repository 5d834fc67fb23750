//! Many runs: each a process of its own, several at once.

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::command::Campaign;
use crate::world::Report;

/// After how many seeds it is told how far it is, where there is no terminal for a bar.
const TOLD_EVERY: u64 = 500;

/// What many runs came to.
#[derive(Debug, Default, Serialize)]
struct Figures {
    seeds: u64,
    /// How long the worlds went on, in seconds of their own.
    simulated_seconds: u64,
    /// How long it took here.
    seconds: u64,
    counts: BTreeMap<String, u64>,
    /// The seeds that show a violation, with the first of it.
    violations: BTreeMap<u64, String>,
}

/// A run that did not come to its end.
struct Broken {
    seed: u64,
    why: String,
}

/// Runs the seeds, and tells what they came to.
pub(crate) fn run(what: &Campaign) -> ExitCode {
    let began = Instant::now();
    let jobs = what.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let (next, end) = (AtomicU64::new(what.from), what.from.saturating_add(what.seeds));
    let bar = ProgressBar::new(what.seeds);
    bar.set_style(ProgressStyle::with_template("{pos}/{len} seeds, {eta} left {msg}").expect("a template"));
    let mut figures = Figures::default();
    std::thread::scope(|scope| {
        let (tell, told) = channel();
        for _ in 0..jobs {
            let (tell, next) = (tell.clone(), &next);
            scope.spawn(move || work(what, next, end, &tell));
        }
        drop(tell);
        for result in told {
            bar.inc(1);
            take_in(what, &mut figures, result, &bar);
            if bar.is_hidden() && figures.seeds.is_multiple_of(TOLD_EVERY) {
                eprintln!("{} of {} seeds", figures.seeds, what.seeds);
            }
            if what.until_found && !figures.violations.is_empty() {
                next.store(end, Ordering::Relaxed);
            }
        }
    });
    bar.finish_and_clear();
    figures.seconds = began.elapsed().as_secs();
    print(&figures, what.json);
    ExitCode::from(u8::from(!figures.violations.is_empty()))
}

fn work(what: &Campaign, next: &AtomicU64, end: u64, tell: &Sender<Result<Report, Broken>>) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end || tell.send(one(what, seed)).is_err() {
            return;
        }
    }
}

fn one(what: &Campaign, seed: u64) -> Result<Report, Broken> {
    let broken = |why: String| Broken { seed, why };
    let program = std::env::current_exe().map_err(|error| broken(error.to_string()))?;
    let bug = what.bug.map(|bug| ["--bug", bug.name()]);
    let mut run = Command::new(program);
    run.args(["replay", &seed.to_string(), "--json"]).args(bug.into_iter().flatten());
    let run = run.output().map_err(|error| broken(error.to_string()))?;
    serde_json::from_slice(&run.stdout).map_err(|_| {
        let said = String::from_utf8_lossy(&run.stderr);
        broken(format!("the run ended with {} and no report: {}", run.status, said.trim()))
    })
}

fn take_in(what: &Campaign, figures: &mut Figures, result: Result<Report, Broken>, bar: &ProgressBar) {
    figures.seeds += 1;
    let (seed, violation) = match result {
        Ok(report) => {
            figures.simulated_seconds += report.lasted / 1_000;
            for (kind, count) in report.counts {
                *figures.counts.entry(kind).or_default() += count;
            }
            (report.seed, report.violations.into_iter().next())
        }
        Err(Broken { seed, why }) => (seed, Some(why)),
    };
    if let Some(violation) = violation {
        let bug = what.bug.map(|bug| format!(" --bug {}", bug.name())).unwrap_or_default();
        let told =
            format!("seed {seed}: {violation}\n    again: flashsale-simulation replay {seed}{bug} --story");
        bar.suspend(|| eprintln!("{told}"));
        figures.violations.insert(seed, violation);
    }
}

fn print(figures: &Figures, json: bool) {
    if json {
        println!("{}", serde_json::to_string(figures).expect("figures are plain data"));
        return;
    }
    println!(
        "{} seeds, {} s of their own, in {} s",
        figures.seeds, figures.simulated_seconds, figures.seconds
    );
    figures.counts.iter().for_each(|(kind, count)| println!("  {count:>10}  {kind}"));
    for (seed, violation) in &figures.violations {
        println!("VIOLATION seed {seed}: {violation}");
    }
    println!("{} of {} seeds show a violation", figures.violations.len(), figures.seeds);
}
