//! The official Python and Node clients against the simulator: `simulator/conformance/install` installs them.
//!
//! Where they are not installed, a line says so and the test passes; with `FLASHSALE_CONFORMANCE=required` it fails.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use simulator::{Account, Options, Rates, Script, Simulator};
use tokio::process::Command;

/// How long a suite may take. Its clients wait between retries.
const DEADLINE: Duration = Duration::from_secs(180);

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

/// Where the clients were installed.
fn installed() -> PathBuf {
    let given = std::env::var_os("FLASHSALE_CONFORMANCE_DIR").map(PathBuf::from);
    given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/conformance"))
}

/// Says something that is seen whatever becomes of the test: what the print macros write is kept by the harness and shown
/// for tests that fail alone, and who runs the tests is to know that this one has tested nothing. One write, so that no
/// other test's line gets between.
fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).expect("stderr takes a line");
}

/// Runs a suite against a simulator of its own, or says why not.
async fn run(name: &str, mut suite: Command, package: &Path) {
    let required = std::env::var("FLASHSALE_CONFORMANCE").is_ok_and(|value| value == "required");
    let program = suite.as_std().get_program().to_owned();
    let runs =
        Command::new(&program).arg("--version").output().await.is_ok_and(|output| output.status.success());
    if !runs || !package.exists() {
        let why = if runs {
            format!("{} is not there", package.display())
        } else {
            format!("{program:?} does not run")
        };
        assert!(!required, "the {name} suite is required: {why}; run simulator/conformance/install");
        say(&format!(
            "skipped the {name} suite: {why}; simulator/conformance/install installs what it takes"
        ));
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let running = Simulator::start(Options {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        rates: Rates { account: None, endpoint: None },
        accounts: (1..=10).map(Account::numbered).collect(),
        faults: Script::read(&source().join("faults.toml")).expect("the script"),
        ..Options::new(directory.path())
    })
    .await
    .expect("a simulator");
    suite.env("SIMULATOR_URL", running.url()).kill_on_drop(true);
    let ended = tokio::time::timeout(DEADLINE, suite.output()).await.expect("the suite ends in time");
    let output = ended.expect("the suite runs");
    let told =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    eprintln!("{told}");
    assert!(output.status.success(), "the {name} suite failed:\n{told}");
    for account in running.audit().accounts {
        assert_eq!(account.totals.violations, Vec::<String>::new(), "{}", account.account);
    }
    running.shutdown().await;
}

#[tokio::test]
async fn the_python_client_sees_the_provider() {
    let packages = installed().join("python");
    let mut suite = Command::new("python3");
    suite
        .arg("-W")
        .arg("error::ResourceWarning")
        .arg(source().join("python/suite.py"))
        .env("PYTHONPATH", &packages);
    run("Python", suite, &packages.join("stripe")).await;
}

#[tokio::test]
async fn the_node_client_sees_the_provider() {
    let package = installed().join("node/node_modules/stripe");
    let mut suite = Command::new("node");
    // The client leaves the timers of its requests behind: without this the process ends 80 seconds after its tests.
    suite.arg("--test-force-exit");
    suite
        .arg("--test")
        .arg("--test-reporter=spec")
        .arg(source().join("node/suite.mjs"))
        .env("STRIPE_PACKAGE", &package);
    run("Node", suite, &package).await;
}

#[tokio::test]
async fn a_suite_that_is_skipped_is_told_of_under_the_harness() {
    let empty = tempfile::tempdir().expect("a directory");
    for (test, suite) in
        [("the_python_client_sees_the_provider", "Python"), ("the_node_client_sees_the_provider", "Node")]
    {
        let harness = std::env::current_exe().expect("this binary");
        let mut harness = Command::new(harness);
        harness.args(["--exact", test]).env("FLASHSALE_CONFORMANCE_DIR", empty.path());
        let output = harness.env_remove("FLASHSALE_CONFORMANCE").output().await.expect("it runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.starts_with(&format!("skipped the {suite} suite: ")), "{told}");
        assert!(told.contains("simulator/conformance/install"), "{told}");
    }
}
