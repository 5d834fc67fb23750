//! Why there is no client.

use std::io;

/// The client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum NoClient {
    /// The machine has no certificates to know the provider by.
    #[error("cannot load this machine's root certificates: {0}; install the package ca-certificates")]
    Roots(io::Error),
}
