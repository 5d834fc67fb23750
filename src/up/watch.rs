//! The life of `flashsale up`: start, tell, watch, stop.

use serde_json::json;
use simulator::Script;

use super::signals::Signals;
use super::{Args, Directory, Error, Local, Ports, sample};
use crate::output;

/// Runs a local cluster until a signal ends it.
pub(super) async fn run(args: &Args) -> Result<(), Error> {
    let mut signals = Signals::catch()?;
    let directory = Directory::open(&args.data, args.fresh)?;
    let mut cluster =
        Local::start(directory, Ports::from(args.http_port)?, args.limits, Script::default()).await?;
    let begun = tokio::select! {
        begun = begin(&mut cluster) => Some(begun),
        () = signals.caught() => None,
    };
    let ended = match begun {
        Some(Ok(())) => {
            tell(&cluster, args.json);
            watch(&mut cluster, &mut signals).await
        }
        Some(Err(error)) => Err(error),
        None => Ok(()),
    };
    stop(cluster).await;
    ended
}

async fn begin(cluster: &mut Local) -> Result<(), Error> {
    cluster.ready().await?;
    sample::make(cluster).await
}

/// Says what there is, and last that it is ready.
fn tell(cluster: &Local, json: bool) {
    let token = cluster.directory.file("admin.token");
    if json {
        let nodes = cluster
            .nodes
            .iter()
            .map(|node| json!({"id": node.id, "http": node.url(), "pid": node.pid(), "log": node.log}));
        let nodes: Vec<_> = nodes.collect();
        let curl = sample::curl(cluster);
        output::json(
            &json!({"nodes": nodes, "product": sample::ID, "curl": curl, "admin_token": token, "ready": true}),
        );
        return;
    }
    for node in &cluster.nodes {
        let pid = node.pid().unwrap_or_default();
        output::line(format_args!("node {}  {}  pid {pid}  log {}", node.id, node.url(), node.log.display()));
    }
    output::line(format_args!("admin token in {}", token.display()));
    output::line(format_args!(
        "product `{}`, 100 units; reserve one:\n  {}",
        sample::ID,
        sample::curl(cluster)
    ));
    output::line("ready");
}

/// Waits for a signal, and tells of nodes that end by themselves. The others go on.
async fn watch(cluster: &mut Local, signals: &mut Signals) -> Result<(), Error> {
    loop {
        let (node, status) = tokio::select! {
            () = signals.caught() => return Ok(()),
            ended = cluster.next_end() => ended,
        };
        let config = cluster.directory.config();
        let said = cluster.node(node).map(|node| node.last_words()).unwrap_or_default();
        cluster.nodes.retain(|other| other.id != node);
        output::note(format_args!(
            "node {node} ended ({status}), the others go on: {said}\nto start it again: flashsale serve --config {} --node {node}",
            config.display()
        ));
        if cluster.nodes.is_empty() {
            return Err(Error::NobodyLeft);
        }
    }
}

async fn stop(cluster: Local) {
    output::note("stopping");
    for node in cluster.stop().await {
        output::note(format_args!("node {node} did not stop when asked to, and was killed"));
    }
}
