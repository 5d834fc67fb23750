//! Why a node cannot serve.

use std::io;
use std::net::SocketAddr;

/// Why a node cannot serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    #[error(
        "{what} cannot listen on {address}: {why}; free the port, or set node.{node}.{what}.listen to another"
    )]
    Listen { what: &'static str, node: u64, address: SocketAddr, why: io::Error },
    #[error("node {node} cannot start: {why}")]
    Node { node: u64, why: raft::node::Error },
    #[error("the lists of node {node} cannot be opened: {why}")]
    Listings { node: u64, why: listings::Error },
    #[error("node {node} is not part of this cluster any more: {words}")]
    Disowned { node: u64, words: String },
    #[error("the payment provider cannot be called: {0}")]
    Provider(#[source] payment::client::NoClient),
    #[error("the runtime cannot be started: {0}")]
    Runtime(#[source] io::Error),
    #[error("signals cannot be awaited: {0}")]
    Signals(#[source] io::Error),
}
