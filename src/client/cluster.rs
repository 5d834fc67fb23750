//! `flashsale cluster`: how the cluster is.

use clap::Subcommand;

use super::shape::{ClusterStatus, Shard};
use super::table::Table;
use super::{Call, Error, Target};

/// What can be asked about a cluster.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows nodes, shards, leaders, and how far each replica is.
    Status {
        #[command(flatten)]
        target: Target,
    },
}

/// Does what a command asks for.
pub(super) async fn run(command: Command) -> Result<(), Error> {
    let Command::Status { target } = command;
    target.ask(Call::get("/v1/cluster"), show).await
}

fn show(cluster: ClusterStatus) -> String {
    let nodes = cluster.nodes.into_iter().map(|node| {
        let reachable = if node.reachable { "reachable" } else { "not reachable" };
        [node.id.to_string(), reachable.to_owned(), node.http, node.peer]
    });
    let nodes = Table::new(["node", "", "http", "peer"]).rows(nodes).render();
    let shards = cluster.shards.iter().map(|shard| {
        let leader = shard.leader.map_or("none".to_owned(), |leader| leader.to_string());
        [shard.id.to_string(), leader, shard.term.to_string(), replicas(shard)]
    });
    let shards = Table::new(["shard", "leader", "term", "applied (lag) by node"]).rows(shards).render();
    format!("cluster {}, as node {} sees it\n\n{nodes}\n\n{shards}", cluster.name, cluster.answered_by)
}

fn replicas(shard: &Shard) -> String {
    let replica = |replica: &super::shape::Replica| {
        format!("{}: {} (-{})", replica.node, replica.applied_index, replica.lag)
    };
    shard.replicas.iter().map(replica).collect::<Vec<_>>().join(", ")
}
