//! The operator: runs commands as a person would, against nodes of a test's cluster.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::cluster::{ADMIN, Cluster, Errand, binary, until, until_some};

/// How long a replacement may take, on a machine that does something else as well.
const REPLACED_WITHIN: Duration = Duration::from_secs(60);
/// How long a node may take to listen.
const UP_WITHIN: Duration = Duration::from_secs(30);

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A command under way. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Running(Option<Child>);

impl Running {
    /// Waits until it has ended.
    pub(crate) async fn ended(mut self) -> Run {
        let child = self.0.as_mut().expect("it was not waited for before");
        let status = until_some("the command ends", REPLACED_WITHIN, || {
            std::future::ready(child.try_wait().expect("a child can be waited for"))
        });
        let status = status.await.code();
        let output = self.0.take().expect("it is there").wait_with_output().expect("what it said");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Run { status, stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            child.kill().expect("a child can be killed");
            child.wait().expect("what was killed ends");
        }
    }
}

/// Begins a command, which asks `nodes`.
pub(crate) fn begin(cluster: &Cluster, nodes: &[u64], args: &[&str]) -> Running {
    cluster.story.tell(format!("flashsale {} at {nodes:?}", args.join(" ")));
    let urls: Vec<String> =
        nodes.iter().map(|&node| format!("http://{}", cluster.ports.http(node))).collect();
    let mut command = Command::new(binary());
    command.args(args).env_clear().env("FLASHSALE_TOKEN", ADMIN).env("FLASHSALE_URL", urls.join(","));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running(Some(command.spawn().expect("the binary runs")))
}

/// Begins to replace `old` by `new`.
pub(crate) fn begin_to_replace(cluster: &Cluster, nodes: &[u64], old: u64, new: u64) -> Running {
    let (old, new, peer) = (old.to_string(), new.to_string(), cluster.ports.peer(new).to_string());
    begin(cluster, nodes, &["cluster", "replace", "--old", &old, "--new", &new, "--peer", &peer])
}

/// Replaces `old` by `new`, or tells what stands in the way.
pub(crate) async fn try_to_replace(cluster: &Cluster, nodes: &[u64], old: u64, new: u64) -> Run {
    let run = begin_to_replace(cluster, nodes, old, new).ended().await;
    cluster.story.tell(format!("it came to {run:?}"));
    run
}

/// Replaces `old` by `new`.
pub(crate) async fn replace(cluster: &Cluster, nodes: &[u64], old: u64, new: u64) -> Run {
    let run = try_to_replace(cluster, nodes, old, new).await;
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains(&format!("node {new} has taken the place of node {old}")), "{}", run.stdout);
    cluster.api.door.replaced(old, new);
    run
}

/// Waits until a node answers anything at all.
pub(crate) async fn is_up(cluster: &Cluster, node: u64) {
    let alive = Errand::new(reqwest::Method::GET, "/healthz");
    let door = &cluster.api.door;
    let is_up = async || door.send(node, &alive).await.is_ok();
    until("a node answers", UP_WITHIN, is_up).await;
}

/// What `node` is in each shard's group, as `asked` says: nothing where it is no member.
pub(crate) async fn roles(cluster: &Cluster, asked: u64, node: u64) -> Vec<Option<String>> {
    let errand = Errand::new(reqwest::Method::GET, "/v1/cluster").token(ADMIN);
    let Ok(answer) = cluster.api.door.send(asked, &errand).await else { return Vec::new() };
    let shards = answer.body["shards"].as_array().cloned().unwrap_or_default();
    let role = |shard: &serde_json::Value| {
        let members = shard["members"].as_array().into_iter().flatten();
        let own = members.filter(|member| member["node"] == node).find_map(|member| member["role"].as_str());
        own.map(str::to_owned)
    };
    shards.iter().map(role).collect()
}
