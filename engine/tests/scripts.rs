//! Golden scripts: what happens in a shop, step by step, with what comes of it below each step.
//!
//! `scripts/README.md` tells how to read and write them. After a change that was meant,
//! `UPDATE_SCRIPTS=1 cargo test -p flashsale-engine --test scripts` writes them anew; the diff is reviewed as text.

mod script;

use std::path::{Path, PathBuf};

use script::World;

#[test]
fn every_script_comes_out_as_written() {
    let update = std::env::var_os("UPDATE_SCRIPTS").is_some();
    let mut wrong = Vec::new();
    for path in paths() {
        let text = std::fs::read_to_string(&path).expect("the script can be read");
        let result = script::run(&path, &text, World::new());
        if result == text {
            continue;
        }
        if update {
            std::fs::write(&path, result).expect("the script can be written");
        } else {
            wrong.push(format!("{}\n{}", path.display(), script::difference(&text, &result)));
        }
    }
    assert!(wrong.is_empty(), "{} scripts came out otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

/// A shard that is loaded from its own snapshot before every step must not be told apart from one that was not.
#[test]
fn every_script_comes_out_the_same_when_the_shard_is_loaded_before_every_step() {
    for path in paths() {
        let text = std::fs::read_to_string(&path).expect("the script can be read");
        let plain = script::run(&path, &text, World::new());
        let reloaded = script::run(&path, &text, World::that_reloads());
        assert!(plain == reloaded, "{}\n{}", path.display(), script::difference(&plain, &reloaded));
    }
}

/// What a refusal begins with in a script. The two that take a hundred thousand products or a broken invariant are in
/// `bounds.rs` and in the tests of `shard`.
const REFUSALS: [&str; 52] = [
    "not ready",
    "too late",
    "too many keys",
    "invalid, the quantity takes",
    "invalid, stock",
    "invalid, price",
    "invalid, max per buyer",
    "invalid, max per buyer in group",
    "invalid, hold seconds",
    "invalid, closes at",
    "invalid, lanes",
    "invalid, delta",
    "invalid, the amount takes",
    "invalid, currency",
    "invalid, restock",
    "invalid, rules",
    "invalid, payment method",
    "invalid, consumers",
    "invalid, sequence",
    "not found",
    "key reused",
    "revision mismatch",
    "sale not started",
    "sale paused",
    "sale ended",
    "limit reached",
    "limit of the group reached",
    "sold out, 0 available, may return",
    "sold out, 0 available, none will return",
    "conflict, the product is scheduled",
    "conflict, the product is open",
    "conflict, the product is paused",
    "conflict, the product is closed",
    "conflict, the product is archived",
    "conflict, the product is paid none",
    "conflict, the product is paid external",
    "conflict, the product is paid provider",
    "conflict, it is held",
    "conflict, it is paying",
    "conflict, it is paid",
    "conflict, it is cancelled",
    "conflict, it is expired",
    "conflict, the order is confirmed",
    "conflict, the order is partially refunded",
    "conflict, the order is refunded",
    "conflict, the order is cancelled",
    "conflict, the newest transfer is number",
    "conflict, 3 payments were tried",
    "stock committed",
    "reservation expired",
    "limit reached, it is 1; live: none",
    "limit reached, it is 1; live: r1",
];

#[test]
fn every_refusal_is_in_a_script() {
    let texts: String =
        paths().iter().map(|path| std::fs::read_to_string(path).expect("it can be read")).collect();
    let missing = REFUSALS.iter().filter(|refusal| !texts.contains(&format!("refused: {refusal}")));
    let missing: Vec<&&str> = missing.collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

fn paths() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let folders = std::fs::read_dir(root).expect("the scripts are there").flatten().map(|entry| entry.path());
    let mut paths = folders
        .filter(|path| path.is_dir())
        .flat_map(|folder| std::fs::read_dir(folder).expect("a folder of scripts can be read").flatten())
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect::<Vec<_>>();
    paths.sort();
    assert!(paths.len() > 10, "there are scripts");
    paths
}
