//! Why a local cluster does not run.

use std::path::PathBuf;

use crate::{client, config};

/// Why a local cluster does not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(
        "--data {path}: it has `{entry}` in it, which `flashsale up` did not write; it takes an empty directory or one \
         of an earlier `up`",
        path = .path.display()
    )]
    NotOurs { path: PathBuf, entry: String },
    #[error("--data {path}: another `flashsale up` runs in it; stop that one, or take another directory", path = .path.display())]
    InUse { path: PathBuf },
    #[error("{path}: {source}", path = .path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("FLASHSALE_ADMIN_TOKEN: {source}; it takes 1 to 256 visible ASCII characters")]
    Token { source: config::SecretError },
    #[error("--http-port {port}: it takes a port from 1 to 63535, for the ports above it are taken too")]
    PortRange { port: u16 },
    #[error(
        "port {port}: {source}; --http-port takes the first of three free ports, with three more 1000 above and one 2000 above"
    )]
    PortInUse { port: u16, source: std::io::Error },
    #[error("no free ports were found on 127.0.0.1")]
    NoPorts,
    #[error("the payment provider's simulator does not start: {source}")]
    Provider { source: simulator::Error },
    #[error("cannot start node {node}: {source}")]
    Spawn { node: u64, source: std::io::Error },
    #[error("node {node} ended ({status}) before it was ready: {said}")]
    Died { node: u64, status: String, said: String },
    #[error("the cluster was not ready after {seconds} s: {reason}")]
    NotReady { seconds: u64, reason: String },
    #[error("no node is left")]
    NobodyLeft,
    #[error(transparent)]
    Client(#[from] client::Error),
    #[error("cannot listen to signals: {source}")]
    Signals { source: std::io::Error },
    #[error("cannot start a runtime: {source}")]
    Runtime { source: std::io::Error },
}

impl Error {
    /// Whether the caller has to say something else.
    pub(crate) fn is_misuse(&self) -> bool {
        match self {
            Error::NotOurs { .. } | Error::Token { .. } | Error::PortRange { .. } => true,
            Error::Client(error) => error.is_misuse(),
            _ => false,
        }
    }
}
