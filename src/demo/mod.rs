//! `flashsale demo`: the main job, whole. A cluster of child processes sells its stock to a crowd over HTTP, loses its
//! leader on the way, and has to account for everything afterwards.
//!
//! [`run`] is the order of events. The crowd lives on a thread of its own ([`crowd`]): [`arrivals`] lets buyers in,
//! [`visit`] makes their attempts, [`shop`] sees to what they were granted. [`killer`] strikes meanwhile, [`check`] holds
//! what was acknowledged against what the cluster knows, and [`ledger`] what was sold against what was charged.

mod arrivals;
mod books;
mod buyer;
mod check;
mod connection;
mod crowd;
mod desk;
mod display;
mod door;
mod errand;
mod error;
mod hold;
mod killer;
mod ledger;
mod lines;
mod orders;
mod outage;
mod payment;
mod plan;
mod progress;
mod random;
mod report;
mod run;
mod shop;
mod visit;
mod wallet;

pub(crate) use error::Error;

/// Sells out a sale to a crowd on a cluster of its own, and kills its leader on the way.
///
/// It starts three nodes in a fresh temporary directory, opens a sale, and drives buyers at all nodes over HTTP. Arrivals
/// ramp up to what the machine can carry. Some buyers abandon their hold, some give it back, the rest pay by card, at a
/// simulator of the payment provider that misbehaves now and then; some cards are declined and others tried. Unknown
/// outcomes are asked again with the same key. While units are free, holds are live and payments under way, the leader of
/// the product's shard is killed with SIGKILL, and started again.
///
/// Exit status 0 only if the audit is clean on all nodes, everything acknowledged is known, exactly the stock was sold,
/// and there were grants both before and after the kill. Otherwise the nodes' logs are kept.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many units there are, from 10 to 1000000.
    #[arg(long, value_name = "UNITS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    stock: u32,
    /// How many buyers come, from 50 to 10000000; at least five for each unit.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(50..=10_000_000))]
    buyers: u32,
    /// Leave the leader alone.
    #[arg(long)]
    no_kill_leader: bool,
    /// Which buyers do what; the same seed, the same buyers [default: a random one, printed].
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Print the result as one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs the demonstration.
pub(crate) fn run(args: &Args) -> Result<(), Error> {
    let plan = plan::Plan::of(args)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|source| Error::Runtime { source })?.block_on(run::run(plan, args.json))
}
