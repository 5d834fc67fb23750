//! A whole cluster in one thread, under virtual time and one seed, with everything going wrong.

mod bank;
mod campaign;
mod chance;
mod check;
mod clock;
mod clockwork;
mod command;
mod crowd;
mod entropy;
mod machine;
mod network;
mod panics;
mod story;
mod strike;
mod transit;
mod watchdog;
mod world;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run()
}
