//! Runs the binary as a person would, and keeps what it said.

use std::path::Path;
use std::process::Command;

/// What a run of the binary came to.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the binary with nothing in its environment but `env`.
pub(crate) fn flashsale(args: &[&str], env: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flashsale"));
    let output = command.args(args).env_clear().envs(env.iter().copied()).output().expect("the binary runs");
    Run {
        status: output.status.code().expect("it ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

/// Asserts that a run was refused as bad usage: status 2, nothing on stdout, one line that has all of `words`.
#[track_caller]
pub(crate) fn assert_misuse(run: &Run, words: &[&str]) {
    let Run { status, stdout, stderr } = run;
    assert_eq!((*status, stdout.as_str()), (2, ""), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "`{word}` is not in: {stderr}");
    }
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a path of ASCII")
}
