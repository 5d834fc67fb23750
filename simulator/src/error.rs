//! Why a simulator does not start.

use std::io;
use std::net::SocketAddr;

/// Why a simulator does not start. Every message names the thing and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The options contradict themselves.
    #[error("the simulator's options are wrong: {0}")]
    Options(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The HTTP client for webhooks cannot be made.
    #[error("cannot make the client that delivers webhooks: {0}")]
    Client(reqwest::Error),
    /// The ledger does not open.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
}
