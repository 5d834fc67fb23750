//! Configurations: what they mean, and what is wrong with them.

mod cli_runner;

use std::path::PathBuf;

use cli_runner::{Run, assert_misuse, flashsale, text};
use tempfile::TempDir;

/// A configuration that can be used, line by line.
const GOOD: &str = r#"[cluster]
name = "test"
[auth]
buyers = "open"
[storage]
data = "data"
[[node]]
id = 1
http = { listen = "127.0.0.1:8080" }
peer = { listen = "127.0.0.1:9080" }
[[node]]
id = 2
http = { listen = "127.0.0.1:8081" }
peer = { listen = "127.0.0.1:9081" }
[[node]]
id = 3
http = { listen = "127.0.0.1:8082" }
peer = { listen = "127.0.0.1:9082" }
"#;

struct File {
    _dir: TempDir,
    path: PathBuf,
}

fn file(content: &str) -> File {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("cluster.toml");
    std::fs::write(&path, content).expect("written");
    File { _dir: dir, path }
}

fn check(content: &str, env: &[(&str, &str)]) -> Run {
    let file = file(content);
    flashsale(&["config", "check", "--config", text(&file.path)], env)
}

/// The settings of an account at the payment provider that can be used.
const GOOD_ACCOUNT: &str = "name = \"eu\"
secret_key = \"sk-secret\"
publishable_key = \"pk-public\"
webhook_secrets = [\"whsec-secret\"]
";

/// `GOOD` with an account at the payment provider.
fn account(settings: &str) -> String {
    with("[auth]", &format!("[[payment.account]]\n{settings}\n[auth]"))
}

/// `GOOD` with one piece of it replaced.
fn with(piece: &str, other: &str) -> String {
    assert!(GOOD.contains(piece), "{piece}");
    GOOD.replacen(piece, other, 1)
}

#[test]
fn what_a_configuration_gets_wrong_is_named_with_its_line_and_what_it_takes() {
    let secret = "sixteen-letters-1";
    let cases: &[(String, &[&str])] = &[
        ("[cluster".to_owned(), &["cluster.toml:1", "TOML"]),
        (with("name =", "nmae ="), &["cluster.toml:2", "`cluster.nmae`", "nearest is `cluster.name`"]),
        (with("[storage]", "[storag]"), &["cluster.toml:5", "`storag`", "nearest is `storage`"]),
        (with("[auth]", "[webhook]\n[auth]"), &["cluster.toml:3", "`webhook` is not a setting"]),
        (
            with("[auth]", "[payment]\nbase_url = 1\n[auth]"),
            &["cluster.toml:4", "`payment.base_url` cannot be 1"],
        ),
        (
            with("[auth]", "[payment]\naccount = 1\n[auth]"),
            &["cluster.toml:4", "[[payment.account]] sections"],
        ),
        (
            with("[auth]", "[payment]\nwebhook_secrets = [\"whsec\"]\n[auth]"),
            &["no payment account takes buyers"],
        ),
        (account("name = \"EU\""), &["`payment.account.name` cannot be \"EU\"", "a-z 0-9 _ -"]),
        (account("name = \"eu\""), &["`payment.account.eu.secret_key` is missing", "env:NAME"]),
        (account("name = \"eu\"\nsecretkey = \"a\""), &["nearest is `payment.account.eu.secret_key`"]),
        (
            account("name = \"eu\"\nsecret_key = \"env:NO_SUCH_KEY\"\npublishable_key = \"pk\""),
            &["`payment.account.eu.secret_key`", "NO_SUCH_KEY is not set"],
        ),
        (
            account("name = \"eu\"\nsecret_key = \"sk-1\"\npublishable_key = \"pk\""),
            &["no `webhook_secrets`", "at least one"],
        ),
        (
            account(&format!("{GOOD_ACCOUNT}[[payment.account]]\n{GOOD_ACCOUNT}")),
            &["payment.account eu is there twice", "its own `name`"],
        ),
        (
            account(&GOOD_ACCOUNT.replace("pk-public", &format!("sk_live_{secret}"))),
            &["publishable_key of the payment account eu begins like a secret", "begins with pk_"],
        ),
        (
            account(&GOOD_ACCOUNT.replace("pk-public", &format!("sk_live_{secret} "))),
            &["`payment.account.eu.publishable_key` cannot be what it is", "visible ASCII"],
        ),
        (
            account(&GOOD_ACCOUNT.replace("sk-secret", &format!("pk_live_{secret}"))),
            &["secret_key of the payment account eu begins with pk_", "sk_ or rk_"],
        ),
        (
            account(&format!(
                "{one}[[payment.account]]\n{other}",
                one = GOOD_ACCOUNT.replace("sk-secret", secret),
                other = GOOD_ACCOUNT.replace("sk-secret", secret).replace("\"eu\"", "\"us\"")
            )),
            &["payment accounts eu and us have the same secret_key", "leave one of them out"],
        ),
        (
            with(
                "[auth]",
                &format!(
                    "[payment]\nbase_url = \"http://pay.example\"\n[[payment.account]]\n{GOOD_ACCOUNT}[auth]"
                ),
            ),
            &["cluster.toml:4", "http is for loopback"],
        ),
        (
            with(
                "[auth]",
                &format!(
                    "[payment]\nbase_url = \"http://user:{secret}@127.0.0.1\"\n[[payment.account]]\n{GOOD_ACCOUNT}[auth]"
                ),
            ),
            &["cluster.toml:4", "a URL with a user in it", "perhaps with a port"],
        ),
        (
            account(&GOOD_ACCOUNT.replace("whsec-secret", &format!("pk_live_{secret}"))),
            &["`payment.account.eu.webhook_secrets` cannot be [(secret)]", "no API keys"],
        ),
        (with("id = 2", "id = 2\nhtp = 1"), &["cluster.toml:13", "`node.2.htp`", "`node.2.http`"]),
        (with("name = \"test\"", ""), &["cluster.toml", "`cluster.name` is missing", "1 to 64 characters"]),
        (with("\"test\"", "7"), &["cluster.toml:2", "`cluster.name` cannot be 7"]),
        (with("\"test\"", "\"a b\""), &["cluster.toml:2", "cannot be \"a b\"", "A-Z a-z 0-9 _ . -"]),
        (
            with("\"test\"", "\"test\"\nshards = 0"),
            &["cluster.toml:3", "`cluster.shards` cannot be 0", "1 to 4096"],
        ),
        (
            with("\"test\"", "\"test\"\nheartbeat = \"soon\""),
            &["cluster.toml:3", "\"soon\"", "a duration from"],
        ),
        (with("\"test\"", "\"test\"\nheartbeat = \"200ms\""), &["election_timeout_min", "more than 400ms"]),
        (
            with("\"test\"", "\"test\"\nelection_timeout_max = \"200ms\""),
            &["cluster.toml:3", "more than 300ms"],
        ),
        (with("id = 2", "id = 1"), &["cluster.toml:11", "node 1 is there twice"]),
        (with("id = 2", "id = 0"), &["cluster.toml:12", "`node.id` cannot be 0"]),
        (with("id = 2\n", ""), &["cluster.toml:11", "`node.id` is missing"]),
        (with("[[node]]\nid = 3", "#\n[not]"), &["`not` is not a setting"]),
        (GOOD.split("[[node]]\nid = 3").next().unwrap_or_default().to_owned(), &["2 [[node]]", "exactly 3"]),
        (
            with("127.0.0.1:9081", "127.0.0.1:8080"),
            &["`node.2.peer.listen` is 127.0.0.1:8080", "`node.1.http.listen`"],
        ),
        (
            with("127.0.0.1:8081", "127.0.0.1:0"),
            &["cluster.toml:13", "`node.2.http.listen`", "port from 1 to 65535"],
        ),
        (with("127.0.0.1:8081", "localhost:81"), &["cluster.toml:13", "an IP address and a port"]),
        (with("127.0.0.1:8081", "0.0.0.0:8081"), &["cluster.toml:13", "`node.2.http.advertise` is missing"]),
        (with("127.0.0.1:8081", "192.0.2.1:8081"), &["cluster.toml:4", "open", "node 2", "insecure = true"]),
        (with("127.0.0.1:9081", "192.0.2.1:9081"), &["cluster.toml:14", "unencrypted", "insecure = true"]),
        (with("\"open\"", "\"closed\""), &["cluster.toml:4", "\"closed\"", "\"service\" or \"open\""]),
        (with("\"open\"", "\"service\""), &["nobody could buy", "at least one service token"]),
        (
            with("\"open\"", "\"open\"\ntokens.admin = [\"file:none\"]"),
            &["cluster.toml:5", "/none: No such file"],
        ),
        (with("\"open\"", "\"open\"\ntokens.admin = [\"env:NONE\"]"), &["cluster.toml:5", "NONE is not set"]),
        (with("\"open\"", "\"open\"\ntokens.admin = [\"\"]"), &["cluster.toml:5", "it is empty"]),
        (
            with("\"open\"", &format!("\"open\"\ntokens.admin = \"{secret}\"")),
            &["cluster.toml:5", "`auth.tokens.admin` cannot be what it is", "a list of secrets"],
        ),
        (with("\"open\"", &format!("\"open\"\ntokens = \"{secret}\"")), &["cluster.toml:5", "`auth.tokens`"]),
        (with("[auth]", &format!("[payment]\naccount = [\"{secret}\"]\n[auth]")), &["`payment.account`"]),
        (
            with(
                "\"open\"",
                &format!("\"open\"\ntokens.admin = [\"{secret}\"]\ntokens.viewer = [\"{secret}\"]"),
            ),
            &["`auth.tokens.admin`", "`auth.tokens.viewer`", "every token takes one place"],
        ),
        (with("[auth]", "[limits]\nbody_bytes = 1\n[auth]"), &["cluster.toml:4", "bytes from 1024 to"]),
        (with("[auth]", "[limits]\ndrain_notice = \"1h\"\n[auth]"), &["cluster.toml:4", "\"0s\" to \"5m\""]),
    ];
    for (content, words) in cases {
        let run = check(content, &[]);
        assert_misuse(&run, words);
        assert!(!run.stderr.contains(secret), "{}", run.stderr);
    }
}

#[test]
fn off_loopback_tokens_are_there_and_long() {
    let exposed = with("127.0.0.1:8081", "192.0.2.1:8081");
    let service = |tokens: &str| {
        exposed.replace("\"open\"", &format!("\"service\"\ntokens.service = [\"aaaa\"]{tokens}"))
    };
    assert_misuse(&check(&service(""), &[]), &["`auth.tokens.admin` is empty", "node 2"]);
    let run = check(&service("\ntokens.admin = [\"0123456789abcdef\"]"), &[]);
    assert_misuse(&run, &["`auth.tokens.service` has a token of 4 characters", "at least 16"]);
}

#[test]
fn what_could_be_better_is_warned_of() {
    let short = with("\"open\"", "\"open\"\ntokens.admin = [\"four\"]");
    let run = check(&short, &[]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let warnings: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("warning: ")).collect();
    assert!(warnings.len() == 1 && warnings[0].contains("`auth.tokens.admin`"), "{}", run.stdout);
    assert!(warnings[0].contains("4 characters") && !warnings[0].contains("four"), "{}", run.stdout);

    let tokens = "tokens.service = [\"0123456789abcdef\"]\ntokens.admin = [\"fedcba9876543210\"]";
    let exposed = with("127.0.0.1:8081", "192.0.2.1:8081");
    let exposed = exposed.replace("buyers = \"open\"", &format!("buyers = \"service\"\n{tokens}"));
    let run = check(&exposed, &[]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let warnings: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("warning: ")).collect();
    assert!(warnings.len() == 1 && warnings[0].contains("`node.2.http.listen`"), "{}", run.stdout);
    assert!(warnings[0].contains("plain HTTP"), "{}", run.stdout);
}

#[test]
fn insecure_opens_what_is_closed() {
    let content =
        GOOD.replace("127.0.0.1:8081", "192.0.2.1:8081").replace("127.0.0.1:9081", "192.0.2.1:9081");
    let content = content.replace("[auth]", "[auth]\ntokens.admin = [\"0123456789abcdef\"]");
    assert_eq!(check(&content, &[]).status, 2);
    assert_eq!(check(&content, &[("FLASHSALE__CLUSTER__INSECURE", "true")]).status, 0);
}

#[test]
fn the_environment_overrides_the_file() {
    let file = file(GOOD);
    let env = [
        ("FLASHSALE__NODE__1__HTTP__LISTEN", "127.0.0.1:8090"),
        ("FLASHSALE__CLUSTER__SHARDS", "5"),
        ("FLASHSALE__AUTH__TOKENS__ADMIN", "env:TOKEN, the-second-token-of-all"),
        ("TOKEN", "the-first-token-of-all"),
    ];
    let run = flashsale(&["config", "check", "--config", text(&file.path), "--json"], &env);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let line = |key: &str| {
        let lines = report["settings"].as_array().expect("a list");
        lines.iter().find(|line| line["key"] == key).unwrap_or_else(|| panic!("{key} is not there")).clone()
    };
    assert_eq!((&report["ok"], &report["warnings"]), (&true.into(), &serde_json::json!([])));
    assert_eq!(line("cluster.shards")["value"], 5);
    assert_eq!(line("cluster.insecure")["value"], false);
    assert_eq!(line("cluster.heartbeat")["value"], "50ms");
    assert_eq!(line("node.1.admin.listen")["value"], serde_json::Value::Null);
    assert_eq!(line("auth.tokens.viewer")["value"], serde_json::json!([]));
    assert_eq!(line("cluster.shards")["from"], "FLASHSALE__CLUSTER__SHARDS");
    assert_eq!(line("cluster.shards")["scope"], "cluster");
    assert_eq!(line("node.1.http.advertise")["value"], "127.0.0.1:8090");
    assert_eq!(line("node.1.http.advertise")["from"], "default");
    assert_eq!(line("node.1.http.advertise")["scope"], "node");
    assert_eq!(line("auth.tokens.admin")["value"], serde_json::json!(["env:TOKEN", "(secret)"]));
    assert!(!run.stdout.contains("first-token") && !run.stdout.contains("second-token"));
}

#[test]
fn the_payment_provider_is_told_of_without_its_secrets() {
    let file = file(&account(GOOD_ACCOUNT));
    let env = [
        ("FLASHSALE__PAYMENT__ACCOUNT__EU__REQUESTS_PER_SECOND", "50"),
        ("FLASHSALE__PAYMENT__ACCOUNT__EU__SECRET_KEY", "env:EU_KEY"),
        ("EU_KEY", "sk-other"),
    ];
    let run = flashsale(&["config", "check", "--config", text(&file.path)], &env);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let has = |key: &str, value: &str| {
        run.stdout
            .lines()
            .any(|line| line.contains(key) && line.contains(value) && line.starts_with("cluster"))
    };
    assert!(has("payment.base_url", "https://api.stripe.com"), "{}", run.stdout);
    assert!(has("payment.account.eu.publishable_key", "pk-public"), "{}", run.stdout);
    assert!(has("payment.account.eu.secret_key", "env:EU_KEY"), "{}", run.stdout);
    assert!(has("payment.account.eu.requests_per_second ", "50"), "{}", run.stdout);
    assert!(has("payment.account.eu.requests_per_second_per_endpoint", "25"), "{}", run.stdout);
    for secret in ["sk-secret", "sk-other", "whsec-secret"] {
        assert!(!run.stdout.contains(secret), "{}", run.stdout);
    }
}

#[test]
fn what_the_environment_gets_wrong_is_named() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("FLASHSALE__CLUSTER__SHRADS", "5", &["FLASHSALE__CLUSTER__SHRADS", "`cluster.shards`"]),
        ("FLASHSALE__CLUSTER__SHARDS", "many", &["FLASHSALE__CLUSTER__SHARDS", "\"many\"", "1 to 4096"]),
        ("FLASHSALE__CLUSTER__INSECURE", "yes", &["true or false"]),
        ("FLASHSALE__NODE__4__HTTP__LISTEN", "127.0.0.1:1", &["FLASHSALE__NODE__4", "1, 2, 3"]),
        ("FLASHSALE__PAYMENT__ACCOUNT__US__RETIRED", "true", &["[[payment.account]]", "none"]),
        ("FLASHSALE__NODE__1__HTTP__LISTEN", "here", &["FLASHSALE__NODE__1", "\"here\"", "an IP address"]),
    ];
    for (name, value, words) in cases {
        assert_misuse(&check(GOOD, &[(name, value)]), words);
    }
}

#[test]
fn a_check_for_one_node_tells_of_that_node() {
    let file = file(GOOD);
    let check = |node| flashsale(&["config", "check", "--config", text(&file.path), "--node", node], &[]);
    let run = check("2");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains("node.2.http.listen") && !run.stdout.contains("node.1."), "{}", run.stdout);
    let data = file.path.with_file_name("data").join("node-2");
    assert!(run.stdout.contains(text(&data)), "paths begin at the file's directory: {}", run.stdout);
    assert_misuse(&check("4"), &["--node 4", "1, 2, 3"]);
}

#[test]
fn the_example_at_the_root_can_be_used() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/cluster.toml");
    let env = [("FLASHSALE_ADMIN_TOKEN", "an-admin"), ("FLASHSALE_SERVICE_TOKEN", "a-service")];
    let run = flashsale(&["config", "check", "--config", path], &env);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let run = flashsale(&["config", "check", "--config", path], &[]);
    assert_misuse(&run, &["FLASHSALE_SERVICE_TOKEN is not set"]);
}

#[test]
fn a_node_does_not_start_with_a_configuration_that_cannot_be_used() {
    let file = file(&with("name =", "nmae ="));
    let run = flashsale(&["serve", "--config", text(&file.path), "--node", "1"], &[]);
    assert_misuse(&run, &["`cluster.nmae`"]);
    assert!(!file.path.with_file_name("data").exists());
}
