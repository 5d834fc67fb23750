//! `flashsale up`: a cluster of child processes on this machine. The demonstration runs on the same.

mod directory;
mod error;
pub(crate) mod leash;
mod local;
mod node;
mod ports;
mod provider;
mod ready;
mod sample;
mod settings;
mod signals;
mod watch;

use std::path::PathBuf;

pub(crate) use directory::Directory;
pub(crate) use error::Error;
pub(crate) use local::Local;
pub(crate) use ports::Ports;
pub(crate) use provider::{Provider, Terms};
pub(crate) use signals::Signals;

/// Runs a cluster of three nodes on this machine until Ctrl-C.
///
/// Node i answers HTTP on port HTTP_PORT + i - 1. When all are ready, it prints a line for each, a product to try with a
/// curl to paste, and last `ready`. What was acknowledged is there at the next `up` with the same --data.
///
/// Payments are taken by a simulator of the provider, whose ledger is kept in DIR/provider; cards are the provider's test
/// cards, like `pm_card_visa`.
///
/// Buyers are who they say they are (`auth.buyers = "open"`), so it listens on loopback only. The admin token is
/// FLASHSALE_ADMIN_TOKEN if that is set, else one is made; it is in DIR/admin.token. Each node logs to DIR/node-i.log.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many nodes: this version takes exactly 3.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = three)]
    nodes: u64,
    /// Where all of the cluster is kept.
    #[arg(long, value_name = "DIR", default_value = "flashsale-local")]
    data: PathBuf,
    /// The first node's HTTP port, from 1 to 63535; the others take the next two, nodes talk to each other 1000 ports
    /// above, and the payment provider's simulator answers 2000 above.
    #[arg(long, value_name = "PORT", default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..=i64::from(Ports::HTTP_MAX)))]
    http_port: u16,
    /// Begin anew: forget what an earlier `up` left in DIR.
    #[arg(long)]
    fresh: bool,
    /// Limit the connections of clients on this machine as those of any others.
    #[arg(long)]
    limits: bool,
    /// Print one JSON object when ready, instead of lines.
    #[arg(long)]
    json: bool,
}

fn three(text: &str) -> Result<u64, &'static str> {
    text.parse().ok().filter(|&nodes| nodes == 3).ok_or("this version takes exactly 3")
}

/// Runs a local cluster until it is told to stop.
pub(crate) fn run(args: &Args) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|source| Error::Runtime { source })?.block_on(watch::run(args))
}
