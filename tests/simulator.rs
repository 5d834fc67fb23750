//! `flashsale simulator` as a process, and its clock.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// 2026-11-27T18:00:00Z, in milliseconds.
const BEGIN_MS: i64 = 1_795_802_400_000;
/// 2026-01-01T00:00:00Z: before any run of these tests.
const WRITTEN_MS: i64 = 1_767_225_600_000;
const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// A simulator that said that it is ready.
struct Process {
    child: Child,
    /// What it said.
    told: Value,
}

impl Process {
    fn start(data: &Path, options: &[&str]) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flashsale"));
        command.args(["simulator", "--port", "0", "--json", "--data"]).arg(data).args(options);
        let mut child = command.env_clear().stdout(Stdio::piped()).spawn().expect("the binary runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its stdout is ours")).read_line(&mut line).expect("text");
        let told = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        Process { child, told }
    }

    /// Ends it in good order.
    fn stop(mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, Signal::TERM).expect("it runs");
        assert!(self.child.wait().expect("a child can be waited for").success());
    }

    /// Asks it for `path`, or posts `form` there; gives the status and the object.
    async fn ask(&self, path: &str, form: Option<&'static str>) -> (u16, Value) {
        let url = format!("{}{path}", self.told["url"].as_str().expect("a url"));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let request = match form {
            Some(form) => {
                http.post(url).header("content-type", "application/x-www-form-urlencoded").body(form)
            }
            None => http.get(url),
        };
        let key = self.told["accounts"][0]["secret_key"].as_str().expect("a key");
        let answer = request.bearer_auth(key).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.expect("text")).expect("an object"))
    }

    async fn clock(&self) -> Value {
        self.ask("/_simulator/clock", None).await.1
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn standing_at(now_ms: i64) -> Value {
    serde_json::json!({ "now_ms": now_ms, "virtual": true })
}

#[tokio::test]
async fn a_virtual_clock_begins_where_it_is_told_and_moves_when_it_is_told() {
    let data = tempfile::tempdir().expect("a directory");
    let simulator = Process::start(data.path(), &["--virtual-clock=2026-11-27T18:00:00Z"]);
    assert_eq!(simulator.told["clock"], standing_at(BEGIN_MS));
    let hold = "amount=2000&currency=usd&capture_method=manual&payment_method_types[]=card\
                &payment_method=pm_card_visa&confirm=true";
    let (status, intent) = simulator.ask("/v1/payment_intents", Some(hold)).await;
    assert_eq!((status, &intent["status"]), (200, &Value::from("requires_capture")), "{intent}");
    assert_eq!(intent["created"], BEGIN_MS / 1_000);
    assert_eq!(simulator.clock().await, standing_at(BEGIN_MS), "it stands still");

    let (status, moved) = simulator.ask("/_simulator/clock/advance", Some("seconds=604800")).await;
    assert_eq!((status, moved), (200, standing_at(BEGIN_MS + WEEK_MS)));
    let path = format!("/v1/payment_intents/{}", intent["id"].as_str().expect("an id"));
    let (_, ended) = simulator.ask(&path, None).await;
    assert_eq!(ended["cancellation_reason"], "expired", "{ended}");
    simulator.stop();

    // The hold ended a week later, and no clock goes back behind that.
    let again = Process::start(data.path(), &["--virtual-clock=2026-11-27T18:00:00Z"]);
    assert_eq!(again.told["clock"], standing_at(BEGIN_MS + WEEK_MS));
    again.stop();
}

#[tokio::test]
async fn nobody_moves_the_machine_s_clock() {
    let data = tempfile::tempdir().expect("a directory");
    let simulator = Process::start(data.path(), &[]);
    assert_eq!(simulator.told["clock"]["virtual"], false);
    let (status, refused) = simulator.ask("/_simulator/clock/advance", Some("seconds=1")).await;
    assert_eq!(status, 400);
    assert!(
        refused["error"]["message"].as_str().is_some_and(|said| said.contains("--virtual-clock")),
        "{refused}"
    );
    simulator.stop();

    // Without a time it begins at the machine's, and stands there.
    let standing = Process::start(data.path(), &["--virtual-clock"]);
    assert_eq!(standing.clock().await, standing.told["clock"]);
    assert!(standing.told["clock"]["now_ms"].as_i64() > Some(WRITTEN_MS), "{}", standing.told);
    standing.stop();
}
