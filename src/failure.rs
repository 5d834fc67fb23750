//! Why a command did not do what it was asked for, and the exit status that tells it to scripts.

use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    #[error(transparent)]
    Serve(#[from] crate::serve::Error),
    #[error(transparent)]
    Client(#[from] crate::client::Error),
    #[error(transparent)]
    Backup(#[from] crate::backup::Error),
    #[error(transparent)]
    Up(#[from] crate::up::Error),
    #[error(transparent)]
    Simulate(#[from] crate::simulate::Error),
    #[error(transparent)]
    Demo(#[from] crate::demo::Error),
}

/// The thing failed.
pub(crate) const FAILED: u8 = 1;
/// Bad usage or configuration.
pub(crate) const MISUSED: u8 = 2;

impl Failure {
    /// 2 where the caller has to say something else, 1 where the thing itself failed.
    pub(crate) fn exit_code(&self) -> ExitCode {
        let misused = match self {
            Failure::Config(_) => true,
            Failure::Serve(_) => false,
            Failure::Client(error) => error.is_misuse(),
            Failure::Backup(error) => error.is_misuse(),
            Failure::Up(error) => error.is_misuse(),
            Failure::Simulate(error) => error.is_misuse(),
            Failure::Demo(error) => error.is_misuse(),
        };
        ExitCode::from(if misused { MISUSED } else { FAILED })
    }
}
