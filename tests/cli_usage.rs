//! The command line: help worth reading, mistakes told in one line, exit statuses that scripts can use.

mod cli_runner;

use std::net::TcpListener;

use cli_runner::{Run, assert_misuse, flashsale, text};

const COMMANDS: &[&[&str]] = &[
    &[],
    &["demo"],
    &["up"],
    &["serve"],
    &["config", "check"],
    &["product", "put"],
    &["product", "list"],
    &["product", "show"],
    &["product", "adjust"],
    &["product", "pause"],
    &["product", "resume"],
    &["product", "archive"],
    &["order", "list"],
    &["order", "refund"],
    &["audit"],
    &["cluster", "status"],
    &["simulator"],
];

#[test]
fn every_command_has_help() {
    for command in COMMANDS {
        let run = flashsale(&[*command, &["--help"]].concat(), &[]);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{command:?}");
        assert!(run.stdout.contains("Usage: flashsale"), "{}", run.stdout);
        let short = run.stdout.lines().filter(|line| line.trim_start().starts_with("--")).count();
        assert!(run.stdout.lines().count() > 2 * short, "every option is explained: {}", run.stdout);
    }
}

#[test]
fn the_simulator_s_help_says_what_it_is_and_how_its_clock_is_moved() {
    let run = flashsale(&["simulator", "--help"], &[]);
    for words in ["docs/simulator.md", "--virtual-clock[=<TIME>]", "/_simulator/clock/advance"] {
        assert!(run.stdout.contains(words), "`{words}` is not in: {}", run.stdout);
    }
}

#[test]
fn whatever_prints_results_prints_them_for_machines_too() {
    let others: &[&[&str]] = &[&[], &["serve"]];
    for command in COMMANDS.iter().filter(|command| !others.contains(command)) {
        let run = flashsale(&[*command, &["--help"]].concat(), &[]);
        assert!(run.stdout.contains("--json"), "{command:?}");
    }
}

#[test]
fn a_mistake_is_told_in_one_line_with_status_2() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["dmeo"], &["'dmeo'", "'demo'"]),
        (&["serve", "--config", "x"], &["--node <ID>"]),
        (&["serve", "--config", "x", "--node", "one"], &["'one'", "--node"]),
        (&["serve", "--config", "/nowhere/x", "--node", "1"], &["/nowhere/x", "No such file"]),
        (&["up", "--nodes", "5"], &["5", "--nodes", "exactly 3"]),
        (&["up", "--http-port", "70000"], &["70000", "1..=63535"]),
        (&["up", "--http-port", "65000"], &["65000", "1..=63535"]),
        (&["up", "--http-port", "60000", "--data"], &["--data"]),
        (&["demo", "--stock", "1"], &["1", "--stock"]),
        (&["demo", "--stock", "100", "--buyers", "300"], &["--buyers 300", "at least 500"]),
        (&["product", "put", "x", "--name", "y"], &["--price", "--currency", "--stock"]),
        (&["product", "put", "x", "--file", "/nowhere.json"], &["/nowhere.json", "JSON object"]),
        (&["product", "adjust", "x", "--delta", "1"], &["--reason"]),
        (&["audit", "--url", "nonsense"], &["nonsense", "http://127.0.0.1:8080"]),
        (&["audit", "--url", "ftp://example.net"], &["ftp://example.net", "http only"]),
        (&["audit", "--url", "http://example.net/v1"], &["http://example.net/v1", "behind the port"]),
        (&["audit", "--url", " , "], &["--url", "there is none"]),
        (&["product", "put", "x", "--name", "y", "--price", "1.5"], &["'1.5'", "--price", "minor units"]),
        (&["order", "refund", "x", "--amount", "9.90"], &["'9.90'", "--amount", "minor units"]),
        (
            &["order", "list", "--product", "x", "--status", "foo"],
            &["'foo'", "confirmed, partially_refunded, refunded, cancelled"],
        ),
        (&["simulator", "--virtual-clock=soon"], &["'soon'", "--virtual-clock"]),
        (&["--log-format", "xml", "audit"], &["xml", "text, json"]),
    ];
    for (args, words) in cases {
        assert_misuse(&flashsale(args, &[]), words);
    }
}

#[test]
fn what_the_command_line_gets_wrong_ends_alike() {
    let cases: &[&[&str]] = &[
        &["dmeo"],
        &["serve"],
        &["up", "--nodes", "5"],
        &["up", "--nonsense"],
        &["product"],
        &["order", "list", "--product", "x", "--status", "foo"],
    ];
    for args in cases {
        let run = flashsale(args, &[]);
        assert_eq!(run.status, 2, "{args:?}");
        let helps = run.stderr.lines().count() > 1 && run.stderr.contains("Usage:");
        assert!(helps || run.stderr.ends_with("; --help tells what it takes\n"), "{}", run.stderr);
    }
}

#[test]
fn several_nodes_can_be_named_by_the_environment() {
    let env = [("FLASHSALE_URL", "http://127.0.0.1:9, http://127.0.0.1:7 http://127.0.0.1:11")];
    let run = flashsale(&["audit"], &env);
    assert_eq!(run.status, 1, "{}", run.stderr);
    for port in [9, 7, 11] {
        assert!(run.stderr.contains(&format!("http://127.0.0.1:{port}: ")), "{}", run.stderr);
    }
}

#[test]
fn a_token_that_cannot_be_one_is_refused() {
    assert_misuse(&flashsale(&["audit"], &[("FLASHSALE_TOKEN", "two words")]), &["FLASHSALE_TOKEN"]);
}

#[test]
fn a_cluster_that_is_not_there_is_a_failure_and_no_mistake() {
    let Run { status, stdout, stderr } = flashsale(&["product", "list", "--url", "http://127.0.0.1:9"], &[]);
    assert_eq!((status, stdout.as_str()), (1, ""), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("http://127.0.0.1:9") && stderr.contains("refused"), "{stderr}");
}

#[test]
fn up_takes_no_directory_of_somebody_else() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("thesis.txt"), "years of work").expect("written");
    let run = flashsale(&["up", "--fresh", "--data", text(dir.path())], &[]);
    assert_misuse(&run, &["thesis.txt", "an empty directory"]);
    assert!(dir.path().join("thesis.txt").exists());
}

#[test]
fn up_names_a_port_in_use() {
    let dir = tempfile::tempdir().expect("a directory");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("it has an address").port();
    let run =
        flashsale(&["up", "--data", text(dir.path()), "--http-port", &port.min(64_000).to_string()], &[]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stderr.contains(&format!("port {port}")), "{}", run.stderr);
}
