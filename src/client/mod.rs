//! The admin API for people: each command is one call, sent to the first node that answers.

mod api;
mod audit;
mod backup;
mod cluster;
mod error;
mod order;
mod path;
mod product;
mod put;
mod reconcile;
mod replace;
mod reply;
mod shape;
mod table;

use clap::Subcommand;

pub(crate) use api::{Api, Call};
pub(crate) use error::Error;
pub(crate) use shape::{AuditReport, ClusterStatus, List, Order, Refund};

use crate::config::Secret;

/// What can be asked of a running cluster.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Creates, changes, shows, pauses products.
    #[command(subcommand)]
    Product(product::Command),
    /// Lists orders, gives refunds.
    #[command(subcommand)]
    Order(order::Command),
    // What is said of these here would stand in the place of all that their arguments say.
    Audit(audit::Args),
    Reconcile(reconcile::Args),
    Backup(backup::Args),
    /// Tells how the cluster is, puts a node in the place of another.
    #[command(subcommand)]
    Cluster(cluster::Command),
}

/// Which cluster is asked, and how the answer looks.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// A node's URL; repeat it for more, or put commas or spaces between them: if one does not answer, the next is asked,
    /// with the same idempotency key. The token is taken from FLASHSALE_TOKEN.
    #[arg(
        long = "url",
        value_name = "URL",
        env = "FLASHSALE_URL",
        default_values_t = ["http://127.0.0.1:8080", "http://127.0.0.1:8081", "http://127.0.0.1:8082"].map(String::from)
    )]
    urls: Vec<String>,
    /// Print the answer as it came, in JSON.
    #[arg(long)]
    json: bool,
}

impl Target {
    /// The API of the nodes meant.
    fn api(&self) -> Result<Api, Error> {
        let token = match std::env::var("FLASHSALE_TOKEN") {
            Err(_) => None,
            Ok(token) => Some(Secret::new(token.trim()).map_err(|source| Error::Token { source })?),
        };
        Api::new(&apart(&self.urls), token)
    }

    /// Makes a call and prints its answer, with `show` for people.
    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        call: Call,
        show: impl FnOnce(T) -> String,
    ) -> Result<(), Error> {
        let reply = self.api()?.call(call).await?;
        if self.json {
            crate::output::line(&reply.text);
        } else {
            crate::output::line(show(reply.read()?));
        }
        Ok(())
    }
}

/// URLs of which each may be several, with commas or spaces between them.
fn apart(urls: &[String]) -> Vec<String> {
    let is_between = |character: char| character == ',' || character.is_whitespace();
    let apart = urls.iter().flat_map(|url| url.split(is_between));
    apart.filter(|url| !url.is_empty()).map(str::to_owned).collect()
}

/// An amount of money on the command line.
fn minor_units(text: &str) -> Result<u64, String> {
    let takes = "it takes a whole number of minor units, like 1950 for 19.50 of a currency with cents";
    text.parse().map_err(|_| takes.to_owned())
}

/// Does what a command asks for.
pub(crate) fn run(command: Command) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Runtime { source })?;
    runtime.block_on(async {
        match command {
            Command::Product(command) => product::run(command).await,
            Command::Order(command) => order::run(command).await,
            Command::Audit(args) => audit::run(args).await,
            Command::Reconcile(args) => reconcile::run(args).await,
            Command::Backup(args) => backup::run(args).await,
            Command::Cluster(command) => cluster::run(command).await,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_apart() {
        let urls = ["http://a:1,http://b:1".to_owned(), " http://c:1  http://d:1, ".to_owned()];
        assert_eq!(apart(&urls), ["http://a:1", "http://b:1", "http://c:1", "http://d:1"]);
        assert!(apart(&[" ,".to_owned()]).is_empty());
    }
}
