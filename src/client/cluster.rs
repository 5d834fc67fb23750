//! `flashsale cluster`: how the cluster is.

use clap::Subcommand;

use super::shape::{ClusterStatus, Replica, Shard};
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
    let members = cluster.nodes.len();
    let nodes = cluster.nodes.into_iter().map(|node| {
        let reachable = if node.reachable { "reachable" } else { "not reachable" };
        [node.id.to_string(), reachable.to_owned(), node.http, node.peer]
    });
    let nodes = Table::new(["node", "", "http", "peer"]).rows(nodes).render();
    let shards = cluster
        .shards
        .iter()
        .map(|shard| [shard.id.to_string(), leader(shard, members), shard.term.to_string(), replicas(shard)]);
    let shards = Table::new(["shard", "leader", "term", "applied by node"]).rows(shards).render();
    format!("cluster {}, as node {} sees it\n\n{nodes}\n\n{shards}", cluster.name, cluster.answered_by)
}

/// Who leads a shard that has a replica on each of so many nodes, or why nobody is known to.
fn leader(shard: &Shard, members: usize) -> String {
    match shard.leader {
        Some(leader) => leader.to_string(),
        None if shard.replicas.len() * 2 <= members => "no majority".to_owned(),
        None => "none".to_owned(),
    }
}

fn replicas(shard: &Shard) -> String {
    let replica = |replica: &Replica| match replica.lag {
        0 => format!("{}: {}", replica.node, replica.applied_index),
        lag => format!("{}: {} ({lag} behind)", replica.node, replica.applied_index),
    };
    shard.replicas.iter().map(replica).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(leader: Option<u64>, lags: &[u64]) -> Shard {
        let replica = |(node, &lag)| Replica { node, applied_index: 40 - lag, lag };
        Shard { id: 0, leader, term: 3, replicas: (1..).zip(lags).map(replica).collect() }
    }

    #[test]
    fn a_shard_without_a_leader_says_why() {
        assert_eq!(leader(&shard(Some(2), &[0, 0]), 3), "2");
        assert_eq!(leader(&shard(None, &[0, 0]), 3), "none");
        assert_eq!(leader(&shard(None, &[0]), 3), "no majority");
    }

    #[test]
    fn only_who_is_behind_is_said_to_be() {
        assert_eq!(replicas(&shard(Some(1), &[0, 2])), "1: 40, 2: 38 (2 behind)");
    }
}
