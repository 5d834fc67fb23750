//! Why a call to a cluster came to nothing.

use std::path::PathBuf;

use crate::config;

/// Why a call to a cluster came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("--url {url}: {reason}; it takes a URL like http://127.0.0.1:8080")]
    Url { url: String, reason: String },
    #[error("FLASHSALE_TOKEN: {source}; it takes one of the cluster's tokens")]
    Token { source: config::SecretError },
    #[error(
        "no node gave a definite answer ({tried}); --url takes the address of a running node, and can be repeated"
    )]
    Unanswered { tried: String },
    #[error("{status} {code}: {detail}")]
    Refused { status: u16, code: String, detail: String },
    #[error("{url} answered what this version does not understand: {reason}")]
    Garbled { url: String, reason: String },
    #[error("--file {path}: {reason}; it takes a JSON object as `PUT /v1/products/ID` does", path = .path.display())]
    ProductFile { path: PathBuf, reason: String },
    #[error(
        "node {new} has not taken the place of node {old} yet ({why}); the same command again goes on from there"
    )]
    Unfinished { old: u64, new: u64, why: String },
    #[error("the audit found {count} violations")]
    Violations { count: usize },
    #[error(transparent)]
    Config(#[from] Box<config::Error>),
    #[error("{path}: it has no [payment], so there is nothing to compare with", path = .path.display())]
    NoProvider { path: PathBuf },
    #[error("the payment provider cannot be called: {source}")]
    Provider { source: payment::client::NoClient },
    #[error("{source}")]
    Ledger { source: payment::reconcile::Unavailable },
    #[error("the books differ in {count} places")]
    Differences { count: u64 },
    #[error(transparent)]
    Backup(#[from] crate::backup::Error),
    #[error("cannot start a runtime: {source}")]
    Runtime { source: std::io::Error },
}

impl Error {
    /// Whether the caller has to say something else.
    pub(crate) fn is_misuse(&self) -> bool {
        match self {
            Error::Url { .. } | Error::Token { .. } | Error::ProductFile { .. } => true,
            Error::Config(_) | Error::NoProvider { .. } => true,
            Error::Backup(error) => error.is_misuse(),
            Error::Refused { code, .. } => code == "invalid_request",
            _ => false,
        }
    }
}
