//! `flashsale restore`: data directories for a new cluster, made of a backup.

use std::path::PathBuf;
use std::time::Duration;

use raft::data_dir::Owner;
use serde_json::json;

use super::{Error, Manifest};
use crate::config::{Config, Node};
use crate::output;

/// How long it is waited for a node of the old cluster that does not answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// Makes data directories for a new cluster of a backup.
///
/// The new cluster has a name of its own, the same number of shards, and any three nodes. Each node's directory is made on
/// its machine (`--node`), all of the same backup; then the nodes are started as always. What was acknowledged after the
/// backup is not in it. Holds whose time went by meanwhile end at once, and payments that were under way are taken up again,
/// under the same keys at the payment provider: so the old cluster must never run beside the new one.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The backup's directory.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The new cluster's configuration; FLASHSALE__SECTION__KEY overrides a value of it.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Make only this node's directory; all nodes' if it is not said.
    #[arg(long, value_name = "ID")]
    node: Option<u64>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Makes the directories.
pub(crate) fn run(args: &Args) -> Result<(), Error> {
    let config = Config::load(&args.config).map_err(Box::new)?;
    let nodes: Vec<&Node> = match args.node {
        Some(id) => vec![config.node(id).map_err(Box::new)?],
        None => config.nodes.iter().collect(),
    };
    let (manifest, files) = Manifest::read(&args.from)?;
    if config.cluster.name == manifest.cluster {
        return Err(Error::SameName { path: args.config.clone(), name: manifest.cluster });
    }
    if usize::from(config.cluster.shards) != manifest.shards.len() {
        let (configured, shards) = (config.cluster.shards, manifest.shards.len());
        return Err(Error::Shards { path: args.config.clone(), configured, shards });
    }
    if config.payment.is_some() {
        expect_silence(&manifest)?;
    }
    let members = config.nodes.iter().map(|node| (node.id, node.peer.advertise.clone())).collect();
    for node in &nodes {
        let owner =
            Owner { cluster: config.cluster.name.clone(), node: node.id, shards: config.cluster.shards };
        raft::restore::restore(&node.data, &owner, &members, &files)?;
        if !args.json {
            output::line(format!("node {}: {}", node.id, node.data.display()));
        }
    }
    if args.json {
        let made: Vec<_> = nodes
            .iter()
            .map(|node| json!({ "node": node.id, "data": node.data.display().to_string() }))
            .collect();
        output::json(&json!({ "cluster": config.cluster.name, "of": manifest.cluster, "nodes": made }));
    } else {
        let (name, old, taken) = (&config.cluster.name, &manifest.cluster, &manifest.taken_at);
        output::line(format!("cluster {name} begins with the state of cluster {old} of {taken}"));
    }
    Ok(())
}

/// That no node of the old cluster answers, as far as can be told from here.
fn expect_silence(manifest: &Manifest) -> Result<(), Error> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Runtime)?;
    runtime.block_on(async {
        for node in &manifest.nodes {
            let connecting = tokio::net::TcpStream::connect(&node.http);
            if let Ok(Ok(_)) = tokio::time::timeout(ANSWER_WITHIN, connecting).await {
                let (cluster, http) = (manifest.cluster.clone(), node.http.clone());
                return Err(Error::StillRuns { node: node.id, cluster, http });
            }
        }
        Ok(())
    })
}
