//! Why the demonstration failed.

use std::path::PathBuf;

use crate::{client, up};

/// Why the demonstration failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(
        "--buyers {buyers}: too few to sell {stock} units to, since not everyone pays; it takes at least {least}"
    )]
    TooFewBuyers { buyers: u32, stock: u32, least: u32 },
    #[error("the provider's faults are not to be understood: {source}")]
    Faults { source: simulator::ScriptError },
    #[error("cannot make a temporary directory: {source}")]
    TemporaryDirectory { source: std::io::Error },
    #[error("the crowd's thread failed: {reason}")]
    Crowd { reason: String },
    #[error("it did not come true: {reasons}; the nodes' data and logs are in {kept}", kept = .kept.display())]
    Untrue { reasons: String, kept: PathBuf },
    #[error("{source}; the nodes' data and logs are in {kept}", kept = .kept.display())]
    Broken { source: Box<Error>, kept: PathBuf },
    #[error("interrupted")]
    Interrupted,
    #[error(transparent)]
    Up(#[from] up::Error),
    #[error(transparent)]
    Client(#[from] client::Error),
    #[error("cannot start a runtime: {source}")]
    Runtime { source: std::io::Error },
}

impl Error {
    /// Whether the caller has to say something else.
    pub(crate) fn is_misuse(&self) -> bool {
        match self {
            Error::TooFewBuyers { .. } => true,
            Error::Up(error) => error.is_misuse(),
            _ => false,
        }
    }
}
