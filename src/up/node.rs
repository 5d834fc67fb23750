//! A node as a child process.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, ChildStdin, Command};

use super::{Directory, Error};

/// A node as a child process.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: u64,
    pub(crate) http: SocketAddr,
    pub(crate) log: PathBuf,
    child: Child,
    /// Dropping it tells the node to stop.
    _leash: Option<ChildStdin>,
}

impl Node {
    /// Starts node `id` of the cluster in `directory`.
    pub(crate) fn start(directory: &Directory, id: u64, http: SocketAddr) -> Result<Node, Error> {
        let failed = |source| Error::Spawn { node: id, source };
        let log = directory.log(id);
        let stderr = OpenOptions::new().create(true).append(true).open(&log);
        let stderr = stderr.map_err(|source| Error::File { path: log.clone(), source })?;
        let mut child = Command::new(std::env::current_exe().map_err(failed)?)
            .arg("serve")
            .arg("--config")
            .arg(directory.config())
            .args(["--leashed", "--node", &id.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(stderr)
            // Of its own, so that Ctrl-C reaches the parent alone, which then stops the nodes in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let leash = child.stdin.take();
        Ok(Node { id, http, log, child, _leash: leash })
    }

    /// Its process id, while it runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Asks it to stop, as an operator would.
    pub(crate) fn ask_to_stop(&self) {
        self.signal(Signal::TERM);
    }

    /// Kills it in the middle of whatever it does.
    pub(crate) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// What it complained of last, or where its log is.
    pub(crate) fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let complaint = text.lines().rev().take(10).find_map(|line| line.strip_prefix("flashsale: "));
        complaint.map_or_else(|| format!("its log is {}", self.log.display()), str::to_owned)
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        // A process that is gone already needs no signal.
        let _ = pid.map(|pid| kill_process(pid, signal));
    }
}
