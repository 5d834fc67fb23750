//! `flashsale up` as a process, and how it ends.

use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Well below the time after which `up` kills nodes that do not stop.
const AT_ONCE: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A running `up` that said that it is ready.
struct Up {
    child: Child,
    output: BufReader<ChildStdout>,
    nodes: Vec<Pid>,
}

impl Up {
    fn start(data: &Path) -> Up {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flashsale"));
        command.args(["up", "--http-port", &free_port().to_string(), "--data"]).arg(data);
        command.env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let output = BufReader::new(child.stdout.take().expect("its stdout is ours"));
        let mut up = Up { child, output, nodes: Vec::new() };
        while !up.tells_that_it_is_ready() {}
        up
    }

    /// Reads a line of what it tells.
    fn tells_that_it_is_ready(&mut self) -> bool {
        let mut line = String::new();
        assert!(self.output.read_line(&mut line).expect("text") > 0, "it ended before it was ready");
        self.nodes.extend(pid_in(&line));
        line == "ready\n"
    }

    fn signal(&self, signal: Signal) {
        kill_process(pid(self.child.id()), signal).expect("it runs");
    }

    /// Waits until it says `words` on stderr.
    fn says(&mut self, words: &str) {
        let mut said = String::new();
        let stderr = self.child.stderr.as_mut().expect("its stderr is ours");
        let mut byte = [0];
        while !said.contains(words) {
            let read = stderr.read(&mut byte).expect("text");
            assert!(read > 0, "it ended without `{words}`: {said}");
            said.push(char::from(byte[0]));
        }
    }

    fn ended_within(&mut self, within: Duration) -> Option<ExitStatus> {
        until(within, || self.child.try_wait().expect("a child can be waited for"))
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // Its nodes end with it, since then their stdin does; one that is stopped does not notice.
        let _ = self.child.kill();
        let _ = self.child.wait();
        for &node in &self.nodes {
            let _ = kill_process(node, Signal::KILL);
        }
    }
}

fn until<T>(within: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let found = look();
        if found.is_some() || start.elapsed() > within {
            return found;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn pid(id: u32) -> Pid {
    i32::try_from(id).ok().and_then(Pid::from_raw).expect("a process id")
}

/// The process id in a line like `node 1  http://…  pid 7  log …`.
fn pid_in(line: &str) -> Option<Pid> {
    let mut words = line.split_whitespace().skip_while(|word| *word != "pid");
    words.nth(1)?.parse().ok().map(pid)
}

/// Whether a process has ended. Where nobody waits for orphans, its number stays.
fn is_gone(process: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
    stat.map_or(true, |stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')))
}

fn free_port() -> u16 {
    let random = || 10_000 + u16::try_from(RandomState::new().hash_one(0) % 20_000).expect("below 20000");
    let is_free = |first: u16| {
        let ports = (first..first + 3).chain(first + 1_000..first + 1_003).chain([first + 2_000]);
        ports.into_iter().all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok())
    };
    std::iter::repeat_with(random).take(1_000).find(|&first| is_free(first)).expect("there are free ports")
}

#[test]
fn a_second_interrupt_does_not_wait_for_a_node_that_hangs() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut up = Up::start(&directory.path().join("data"));
    assert_eq!(up.nodes.len(), 3);
    kill_process(up.nodes[0], Signal::STOP).expect("it runs");
    up.signal(Signal::INT);
    up.says("stopping");
    assert!(up.ended_within(Duration::from_millis(300)).is_none(), "it waits for the node that hangs");
    up.signal(Signal::INT);
    let status = up.ended_within(AT_ONCE).expect("it ends at once");
    assert_eq!(status.code(), Some(0));
    for &node in &up.nodes {
        assert!(until(AT_ONCE, || is_gone(node).then_some(())).is_some(), "a node outlived it: {node:?}");
    }
}
