//! Why a ledger does not open.

use std::io;
use std::path::PathBuf;

/// Why a ledger does not open. Every message names the file.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The operating system refused something.
    #[error("cannot {what} {path}: {source}", path = .path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another simulator has it.
    #[error("{path} is in use by another simulator: stop that one, or give another directory", path = .path.display())]
    InUse {
        /// The ledger.
        path: PathBuf,
    },
    /// The file is something else, or of a newer version.
    #[error("{path} is no ledger of this version: give another directory", path = .path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
    },
    /// Bytes that had been synced are not what was written.
    #[error("{path} is damaged at byte {offset}: {what}; restore it, or begin anew in another directory", path = .path.display())]
    Damaged {
        /// The ledger.
        path: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
    /// It has an account that the options do not name.
    #[error("{path} has the account {account}, which the options do not name: name it, or give another directory", path = .path.display())]
    UnknownAccount {
        /// The ledger.
        path: PathBuf,
        /// The account.
        account: String,
    },
}

impl LedgerError {
    /// For `map_err` on a call to the system.
    pub(super) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> LedgerError {
        let path = path.into();
        move |source| LedgerError::Io { what, path, source }
    }
}
