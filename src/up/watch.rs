//! The life of `flashsale up`: start, tell, watch, stop.

use serde_json::json;

use super::signals::Signals;
use super::{Args, Directory, Error, Local, Ports, Terms, sample};
use crate::output;

/// Runs a local cluster until a signal ends it.
pub(super) async fn run(args: &Args) -> Result<(), Error> {
    let mut signals = Signals::catch()?;
    let directory = Directory::open(&args.data, args.fresh)?;
    let mut cluster =
        Local::start(directory, Ports::from(args.http_port)?, args.limits, Terms::default()).await?;
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
    stop(cluster, &mut signals).await;
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

/// Waits for a signal, and tells of nodes that end by themselves.
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
            "node {node} ended ({status}), {}: {said}\nto start it again: flashsale serve --config {} --node {node}",
            what_goes_on(cluster.nodes.len()),
            config.display()
        ));
        if cluster.nodes.is_empty() {
            return Err(Error::NobodyLeft);
        }
    }
}

/// What `left` nodes of three can do.
fn what_goes_on(left: usize) -> &'static str {
    match left {
        2.. => "the others go on",
        1 => "and the one that is left is no majority: it refuses service unless another runs",
        0 => "and none is left",
    }
}

/// Stops in order. A second signal ends it at once: nodes that are dropped are killed, and what was acknowledged is on
/// disk whatever becomes of them.
async fn stop(cluster: Local, signals: &mut Signals) {
    output::note("stopping; Ctrl-C again kills what still runs");
    tokio::select! {
        killed = cluster.stop() => for node in killed {
            output::note(format_args!("node {node} did not stop when asked to, and was killed"));
        },
        () = signals.caught() => output::note("killed what still ran"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_majority_goes_on() {
        assert!(what_goes_on(2).contains("go on"));
        assert!(what_goes_on(1).contains("no majority"));
        assert!(what_goes_on(0).contains("none"));
    }
}
