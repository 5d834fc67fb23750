//! A node as a child process.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::wait::until_some;

/// How long a node that was told to end may take.
const END_WITHIN: Duration = Duration::from_secs(20);

/// A node as a child process. Dropped, it is killed; and it ends when the test's process does, however that ended, since
/// then its stdin does.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: u64,
    pub(crate) http: SocketAddr,
    pub(crate) log: PathBuf,
    /// What it logs beside what an operator sees by default.
    also_logs: Option<&'static str>,
    /// What it is started by; nothing if it is started as it is.
    launcher: Vec<String>,
    /// What it is told beside its configuration.
    environment: Vec<(String, String)>,
    child: Option<(Child, ChildStdin)>,
}

/// How a process ended, and what it said.
#[derive(Debug)]
pub(crate) struct Exit {
    pub(crate) status: Option<i32>,
    pub(crate) stderr: String,
}

/// The binary under test: `FLASHSALE_BIN`, else the one that was built with this test.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("FLASHSALE_BIN")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_flashsale")), PathBuf::from)
}

impl Node {
    /// A node that is not started yet.
    pub(crate) fn new(id: u64, http: SocketAddr, directory: &Path, also_logs: Option<&'static str>) -> Node {
        Node {
            id,
            http,
            log: directory.join(format!("node-{id}.log")),
            also_logs,
            launcher: Vec::new(),
            environment: Vec::new(),
            child: None,
        }
    }

    /// Starts it.
    pub(crate) fn start(&mut self, config: &Path) {
        assert!(self.child.is_none(), "node {} runs already", self.id);
        let log = OpenOptions::new().create(true).append(true).open(&self.log).expect("a log file");
        let mut command = serve(&self.launcher, config, self.id, self.also_logs);
        command.envs(self.environment.iter().cloned());
        let mut child = command.stderr(log).spawn().expect("the binary runs");
        let leash = child.stdin.take().expect("its stdin is ours");
        self.child = Some((child, leash));
    }

    /// From now on it is started by this command.
    pub(crate) fn launched_by(&mut self, launcher: Vec<String>) {
        self.launcher = launcher;
    }

    /// From now on it is started with this in its environment as well.
    pub(crate) fn told(&mut self, environment: Vec<(String, String)>) {
        self.environment.extend(environment);
    }

    /// How it ended, if it did so by itself.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        let (child, _) = self.child.as_mut().expect("the node was started");
        let status = child.try_wait().expect("a child can be waited for")?;
        self.child = None;
        Some(status)
    }

    /// Whether it was started and not killed since.
    pub(crate) fn is_up(&self) -> bool {
        self.child.is_some()
    }

    /// Kills it in the middle of whatever it does.
    pub(crate) fn kill(&mut self) {
        let (mut child, _leash) = self.child.take().expect("the node runs");
        child.kill().expect("a child can be killed");
        child.wait().expect("what was killed ends");
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let (child, _) = self.child.as_ref().expect("the node runs");
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("a child can be signalled");
    }

    /// How much memory it has of the machine, in bytes.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let (child, _) = self.child.as_ref().expect("the node runs");
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process has memory");
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().expect("a number");
        kib << 10
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let (mut child, _leash) = self.child.take().expect("the node runs");
        until_some("the node ends", END_WITHIN, || {
            std::future::ready(child.try_wait().expect("a child can be waited for"))
        })
        .await
    }

    /// Starts it, and waits until it has ended by itself. What it says goes beside its log.
    pub(crate) async fn run_to_its_end(&mut self, config: &Path) -> Exit {
        let log = self.log.with_extension("in-vain.log");
        let (launcher, environment) = (self.launcher.clone(), self.environment.clone());
        let mut vain = Node { log, launcher, environment, child: None, ..*self };
        vain.start(config);
        let status = vain.ended().await.code();
        let stderr = std::fs::read_to_string(&vain.log).expect("it was written");
        std::fs::remove_file(&vain.log).expect("nobody else removes it");
        Exit { status, stderr }
    }

    /// Whether it runs, and if not, whether that is the test's doing.
    pub(crate) fn condition(&mut self) -> String {
        match self.child.as_mut().map(|(child, _)| child.try_wait()) {
            None => "was killed or stopped by the test".to_owned(),
            Some(Ok(None)) => "runs".to_owned(),
            Some(Ok(Some(status))) => format!("ENDED, and not by the test: {status}"),
            Some(Err(error)) => format!("cannot be asked: {error}"),
        }
    }

    /// The end of its log.
    pub(crate) fn last_words(&self, lines: usize) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let all: Vec<&str> = text.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// How long its log is.
    pub(crate) fn log_bytes(&self) -> u64 {
        std::fs::metadata(&self.log).map_or(0, |log| log.len())
    }

    /// How often its log has `words`.
    pub(crate) fn said(&self, words: &str) -> usize {
        std::fs::read_to_string(&self.log).unwrap_or_default().matches(words).count()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.kill();
        }
    }
}

/// What it logs is what an operator sees by default, unless `FLASHSALE_LOG` or the test says otherwise.
fn serve(launcher: &[String], config: &Path, id: u64, also_logs: Option<&str>) -> Command {
    let mut command = match launcher {
        [] => Command::new(binary()),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(binary());
            command
        }
    };
    command.arg("serve").arg("--config").arg(config).args(["--leashed", "--node", &id.to_string()]);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    command.env_clear().env("RUST_BACKTRACE", "1");
    let filters =
        [std::env::var("FLASHSALE_LOG").ok(), also_logs.map(|also| format!("info,openraft=error,{also}"))];
    let filters: Vec<String> = filters.into_iter().flatten().collect();
    if !filters.is_empty() {
        command.env("RUST_LOG", filters.join(","));
    }
    command
}
