//! The command line: what can be asked for.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::config::{self, Config};
use crate::failure::{Failure, MISUSED};
use crate::{backup, client, demo, logging, output, serve, simulate, up};

/// Sells limited stock to a crowd: exactly what there is, never more, to each buyer once, whatever fails.
///
/// See it work: `flashsale demo`. Try it by hand: `flashsale up`. Run it: `flashsale serve` on three machines.
#[derive(Debug, Parser)]
#[command(name = "flashsale", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    command: Command,
    /// How log lines look. Logs go to stderr, filtered by RUST_LOG (like `info` or `raft=debug`).
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Logs")]
    log_format: logging::Format,
}

// What is said of a command here would stand in the place of all that its arguments say of it.
#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Up(up::Args),
    Serve(ServeArgs),
    /// Tells what a configuration means.
    #[command(subcommand)]
    Config(ConfigCommand),
    Restore(backup::Args),
    Simulator(simulate::Args),
    #[command(flatten)]
    Client(Box<client::Command>),
}

/// Runs one node of a cluster, in the foreground, until SIGTERM or Ctrl-C.
///
/// All nodes are given the same configuration; each is told which one it is. A node that is told to stop hands over
/// what it leads, finishes what is under way and exits with 0.
#[derive(Debug, clap::Args)]
struct ServeArgs {
    /// The cluster's configuration (see `cluster.toml`); FLASHSALE__SECTION__KEY overrides a value of it.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The id of the [[node]] that this one is.
    #[arg(long, value_name = "ID")]
    node: u64,
    /// Stop when stdin ends: for a parent that wants no orphans.
    #[arg(long, hide = true)]
    leashed: bool,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Checks a configuration, and prints each setting: its value, where that comes from, whose it is.
    ///
    /// Secrets are resolved and checked, and never printed. Exit status 2 if the configuration cannot be used.
    Check {
        /// The cluster's configuration; FLASHSALE__SECTION__KEY overrides a value of it.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Tell only what it means to this node.
        #[arg(long, value_name = "ID")]
        node: Option<u64>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Reads the command line. What there is to say about it is said; the exit status is the error.
pub(crate) fn parse() -> Result<CommandLine, ExitCode> {
    CommandLine::try_parse().map_err(|error| {
        if !error.use_stderr() {
            output::line(error.render().to_string().trim_end());
            return ExitCode::SUCCESS;
        }
        match error.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                output::note(error.render().to_string().trim_end())
            }
            _ => output::complain(&in_one_line(&error)),
        }
        ExitCode::from(MISUSED)
    })
}

/// clap tells a mistake in paragraphs, usage and all. The first ones say what is wrong and what to do.
fn in_one_line(error: &clap::Error) -> String {
    let rendered = error.render().to_string();
    let is_about_help = |paragraph: &&str| {
        ["Usage:", "For more information"].iter().any(|head| paragraph.trim_start().starts_with(head))
    };
    let said = rendered.split("\n\n").take_while(|paragraph| !is_about_help(paragraph));
    let said = said.map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    let said = said.collect::<Vec<_>>().join("; ");
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    format!("{}; --help tells what it takes", said.trim_end_matches('.'))
}

impl CommandLine {
    /// Does what was asked for.
    pub(crate) fn run(self) -> Result<(), Failure> {
        logging::start(self.log_format);
        match self.command {
            Command::Demo(args) => Ok(demo::run(&args)?),
            Command::Up(args) => Ok(up::run(&args)?),
            Command::Serve(args) => run_node(&args),
            Command::Config(ConfigCommand::Check { config, node, json }) => {
                let report = config::check::report(&config, node)?;
                if json {
                    output::json(&report)
                } else {
                    output::line(report)
                };
                Ok(())
            }
            Command::Restore(args) => Ok(backup::run(&args)?),
            Command::Simulator(args) => Ok(simulate::run(&args)?),
            Command::Client(command) => Ok(client::run(*command)?),
        }
    }
}

fn run_node(args: &ServeArgs) -> Result<(), Failure> {
    let config = Config::load(&args.config)?;
    config.node(args.node)?;
    for warning in config.warnings(args.node) {
        tracing::warn!("{warning}");
    }
    if args.leashed {
        up::leash::hold();
    }
    Ok(serve::run(config, args.node)?)
}
