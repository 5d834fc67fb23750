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
