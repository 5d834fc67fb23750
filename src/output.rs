//! What people and programs get to read: results on stdout, everything else on stderr.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use serde::Serialize;

/// Prints a line of a result. Whoever reads it may stop reading, as `head` does: then there is nothing more to say.
pub(crate) fn line(text: impl Display) {
    if let Err(error) = writeln!(std::io::stdout().lock(), "{text}")
        && error.kind() == ErrorKind::BrokenPipe
    {
        std::process::exit(0);
    }
}

/// Prints a result for machines: one JSON value on one line.
pub(crate) fn json(value: &impl Serialize) {
    line(serde_json::to_string(value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}")));
}

/// Tells what goes on.
pub(crate) fn note(text: impl Display) {
    // If nobody can read notes any more, nobody can be told so.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Tells what is wrong, in one line.
pub(crate) fn complain(error: &dyn Display) {
    note(format_args!("flashsale: {}", error.to_string().replace('\n', " ")));
}
