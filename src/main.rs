//! flashsale sells limited stock to a crowd: one binary that is the server, its local cluster, its demonstration and
//! the tool of those who run it. This package is the command line and the composition root, the only place that knows
//! all the crates.

mod backup;
mod client;
mod command;
mod config;
mod demo;
mod failure;
mod logging;
mod output;
mod serve;
mod simulate;
mod up;

use std::process::ExitCode;

/// Of no effect but on speed: see the workspace's `Cargo.toml`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = match command::parse() {
        Ok(command) => command,
        Err(code) => return code,
    };
    match command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::complain(&failure);
            failure.exit_code()
        }
    }
}
