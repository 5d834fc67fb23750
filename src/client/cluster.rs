//! `flashsale cluster`: how the cluster is, and who belongs to it.

use clap::Subcommand;

use super::shape::{ClusterStatus, Member, Replica, Shard};
use super::table::Table;
use super::{Call, Error, Target, replace};

/// What can be asked about a cluster.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows nodes, shards, leaders, and how far each replica is.
    Status {
        #[command(flatten)]
        target: Target,
    },
    Replace(replace::Args),
}

/// Does what a command asks for.
pub(super) async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Status { target } => target.ask(Call::get("/v1/cluster"), show).await,
        Command::Replace(args) => replace::run(args).await,
    }
}

fn show(cluster: ClusterStatus) -> String {
    let nodes = cluster.nodes.into_iter().map(|node| {
        let reachable = if node.reachable { "reachable" } else { "not reachable" };
        [node.id.to_string(), reachable.to_owned(), node.http, node.peer]
    });
    let nodes = Table::new(["node", "", "http", "peer"]).rows(nodes).render();
    let shards = cluster.shards.iter().map(|shard| {
        [shard.id.to_string(), members(shard), leader(shard), shard.term.to_string(), replicas(shard)]
    });
    let shards = Table::new(["shard", "members", "leader", "term", "applied by node"]).rows(shards).render();
    format!("cluster {}, as node {} sees it\n\n{nodes}\n\n{shards}", cluster.name, cluster.answered_by)
}

/// Who belongs to a shard's group, and what whoever does not simply vote is.
fn members(shard: &Shard) -> String {
    let member = |Member { node, role }: &Member| match role.as_str() {
        "voter" => node.to_string(),
        role => format!("{node} ({role})"),
    };
    shard.members.iter().map(member).collect::<Vec<_>>().join(", ")
}

/// Who leads a shard, or why nobody is known to.
fn leader(shard: &Shard) -> String {
    let voters = || shard.members.iter().filter(|member| member.role != "learner");
    let reached = |member: &&Member| shard.replicas.iter().any(|replica| replica.node == member.node);
    match shard.leader {
        Some(leader) => leader.to_string(),
        None if voters().filter(reached).count() * 2 <= voters().count() => "no majority".to_owned(),
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
        let replicas = (1..).zip(lags).map(replica).collect();
        Shard {
            id: 0,
            leader,
            term: 3,
            members: (1..4).map(|node| member(node, "voter")).collect(),
            replicas,
        }
    }

    fn member(node: u64, role: &str) -> Member {
        Member { node, role: role.to_owned() }
    }

    #[test]
    fn a_shard_without_a_leader_says_why() {
        assert_eq!(leader(&shard(Some(2), &[0, 0])), "2");
        assert_eq!(leader(&shard(None, &[0, 0])), "none");
        assert_eq!(leader(&shard(None, &[0])), "no majority");
    }

    #[test]
    fn who_is_no_plain_voter_is_said_what_it_is() {
        let mut shard = shard(Some(1), &[0, 0]);
        shard.members.push(member(4, "learner"));
        assert_eq!(members(&shard), "1, 2, 3, 4 (learner)");
    }

    #[test]
    fn only_who_is_behind_is_said_to_be() {
        assert_eq!(replicas(&shard(Some(1), &[0, 2])), "1: 40, 2: 38 (2 behind)");
    }
}
