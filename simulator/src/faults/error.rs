//! Why a script is not one.

use std::io;
use std::path::PathBuf;

/// Why a fault script is refused. Every message says which rule, and what it takes.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The file cannot be read.
    #[error("cannot read the fault script {path}: {source}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no TOML, or has a key that is not known.
    #[error("the fault script is not understood: {0}")]
    Syntax(String),
    /// A rule says something that cannot be.
    #[error("fault {number} of the script: {what}")]
    Rule {
        /// Which of the `[[fault]]` tables, from 1.
        number: usize,
        /// What is wrong, and what it takes.
        what: String,
    },
    /// More rules than may be.
    #[error("the fault script has {count} rules; it may have {max}")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
}
