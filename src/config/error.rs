//! What can be wrong with a configuration: each names what, where, and what it takes, in one line.

use std::path::PathBuf;

use super::secret;
use super::settings::Origin;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{path}: cannot be read: {source}; --config takes the path of a cluster's TOML file", path = .path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{origin}: {message}; a configuration is TOML")]
    Syntax { origin: Origin, message: String },
    #[error("{origin}: `{key}` is not a setting; the nearest is `{nearest}`")]
    Unknown { origin: Origin, key: String, nearest: String },
    #[error("{origin}: `{key}` is missing; it takes {takes}")]
    Missing { origin: Origin, key: String, takes: String },
    #[error("{origin}: `{key}` cannot be {got}; it takes {takes}")]
    Wrong { origin: Origin, key: String, got: String, takes: String },
    #[error("{origin}: `{key}`: {source}; it takes {takes}")]
    Secret { origin: Origin, key: String, source: secret::Error, takes: String },
    #[error("{origin}: {list} {name} is there twice; every [[{list}]] takes its own `{key}`")]
    TwiceItem { origin: Origin, list: &'static str, name: String, key: &'static str },
    #[error("{path}: it has {count} [[node]] sections; this version takes exactly 3", path = .path.display())]
    NodeCount { path: PathBuf, count: usize },
    #[error("{origin}: `{key}` is {address} like `{other}`; every listener takes an address of its own")]
    TwiceAddress { origin: Origin, key: String, other: String, address: String },
    #[error(
        "{origin}: `auth.buyers` = \"open\" lets anyone buy as anyone, and node {node} listens on {listen}, which is \
         not loopback; it takes \"service\", or cluster.insecure = true"
    )]
    OpenBuyers { origin: Origin, node: u64, listen: String },
    #[error(
        "{origin}: `{key}` is {listen}, which is not loopback, and peers talk unencrypted in this version; it takes a \
         loopback address, or cluster.insecure = true on a network of the cluster's own"
    )]
    PlainPeers { origin: Origin, key: String, listen: String },
    #[error(
        "{path}: `auth.tokens.admin` is empty, and node {node} listens on {listen}, which is not loopback; it takes at \
         least one token",
        path = .path.display()
    )]
    NoAdmin { path: PathBuf, node: u64, listen: String },
    #[error(
        "{path}: `auth.buyers` = \"service\", and `auth.tokens.service` and `auth.tokens.admin` are empty, so nobody \
         could buy; it takes at least one service token",
        path = .path.display()
    )]
    NoService { path: PathBuf },
    #[error(
        "{origin}: `{key}` has a token of {length} characters, and node {node} listens on {listen}, which is not \
         loopback; a token takes at least {least}"
    )]
    ShortToken { origin: Origin, key: String, length: usize, least: usize, node: u64, listen: String },
    #[error("{origin}: `{key}` has a token that `{other}` has too; every token takes one place")]
    TwiceToken { origin: Origin, key: String, other: String },
    #[error("{origin}: `cluster.{key}` = {got} is too short; it takes more than {least}, which is {why}")]
    Times { origin: Origin, key: &'static str, got: String, least: String, why: &'static str },
    #[error("{origin}: `payment.base_url` cannot be {got}: {source}")]
    BaseUrl { origin: Origin, got: String, source: payment::config::NotABaseUrl },
    #[error("{path}: [payment]: {source}", path = .path.display())]
    Accounts { path: PathBuf, source: payment::config::BadAccounts },
    #[error(
        "{path}: [payment] has no `webhook_secrets`, so the provider's events could not be told from forged ones; it \
         takes at least one",
        path = .path.display()
    )]
    NoWebhookSecret { path: PathBuf },
    #[error("--node {node}: there is no such node; the configuration has {known}")]
    NoSuchNode { node: u64, known: String },
}
