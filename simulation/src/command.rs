//! The command line.

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use engine::planted::{self, Bug};

use crate::world::{Report, World};
use crate::{campaign, entropy, panics};

/// Simulates a flashsale cluster: real engine, shard actors, Raft, log, snapshots, peers and router, on simulated disks
/// and network, under virtual time, with faults drawn from a seed. Each run is checked as it goes on, and as a whole.
#[derive(Parser)]
#[command(name = "flashsale-simulation", version)]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Run many seeds, several at once, and sum up what they came to. Exits with 1 if any run shows a violation.
    Run(Campaign),
    /// Run one seed again: the same seed of the same build is the same run.
    Replay(Replay),
}

/// How many runs.
#[derive(Args)]
pub(crate) struct Campaign {
    /// How many seeds
    #[arg(long, default_value_t = 200)]
    pub(crate) seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    pub(crate) from: u64,
    /// How many runs at once; as many as there are cores by default
    #[arg(long)]
    pub(crate) jobs: Option<usize>,
    /// Plant a bug, which the runs should find
    #[arg(long, value_parser = bug)]
    pub(crate) bug: Option<Bug>,
    /// End with the first run that shows a violation
    #[arg(long)]
    pub(crate) until_found: bool,
    /// Print the figures as JSON, one object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
struct Replay {
    /// The seed
    seed: u64,
    /// Plant a bug, which the run may find
    #[arg(long, value_parser = bug)]
    bug: Option<Bug>,
    /// Tell the story as it happens, on stderr
    #[arg(long)]
    story: bool,
    /// What the nodes log, on stderr, as RUST_LOG has it: `info`, or `raft=debug,openraft=info`
    #[arg(long)]
    log: Option<String>,
    /// Print the report as JSON, one object
    #[arg(long)]
    json: bool,
}

fn bug(name: &str) -> Result<Bug, String> {
    let names = Bug::ALL.map(Bug::name).join(", ");
    Bug::ALL.into_iter().find(|bug| bug.name() == name).ok_or_else(|| format!("the bugs are {names}"))
}

/// As much as a program's first thread has.
const STACK: usize = 8 << 20;

/// Does what the command line says.
pub(crate) fn run() -> ExitCode {
    match Command::parse().what {
        What::Run(what) => campaign::run(&what),
        What::Replay(what) => replay(&what),
    }
}

fn replay(what: &Replay) -> ExitCode {
    panics::listen();
    what.bug.into_iter().for_each(planted::plant);
    if let Some(filter) = &what.log {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
    }
    let report = world_of(what.seed, what.story);
    if what.json {
        println!("{}", serde_json::to_string(&report).expect("a report is plain data"));
    } else {
        tell(&report, what.story);
    }
    ExitCode::from(u8::from(!report.violations.is_empty()))
}

/// The world of a seed, in a thread of its own: hash maps are seeded by thread, one after the other, and what the command
/// line and the log made of them before is not to make the run another.
fn world_of(seed: u64, aloud: bool) -> Report {
    entropy::begin(seed);
    let run = move || World::of(seed, aloud).run(seed);
    let world = std::thread::Builder::new().name("world".to_owned()).stack_size(STACK).spawn(run);
    let report = world.expect("the system that runs this gives it one more thread").join();
    report.expect("panics of the world are violations, and are caught where they happen")
}

fn tell(report: &Report, was_told: bool) {
    if !was_told {
        report.story.iter().for_each(|line| println!("{line}"));
    }
    println!("seed {}: {} ms, trace {:016x}", report.seed, report.lasted, report.trace);
    report.counts.iter().for_each(|(kind, count)| println!("  {count:>8}  {kind}"));
    report.violations.iter().for_each(|violation| println!("VIOLATION {violation}"));
}
