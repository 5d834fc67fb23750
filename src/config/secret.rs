//! Secrets: what must not be shown.

use std::fmt;
use std::path::{Path, PathBuf};

/// The longest secret.
const LENGTH_MAX: usize = 256;

/// A secret. Neither `Debug` nor a log ever shows it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

/// A secret could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read the file {path}: {source}", path = .path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("the environment variable {name} is not set")]
    Env { name: String },
    #[error("it is empty")]
    Empty,
    #[error("it has other than 1 to 256 visible ASCII characters")]
    Malformed,
}

impl Secret {
    /// The secret that `text` gives or points to: itself, `file:PATH` relative to `base`, or `env:NAME`.
    pub(super) fn resolve(text: &str, base: &Path) -> Result<Secret, Error> {
        let found = if let Some(path) = text.strip_prefix("file:") {
            let path = base.join(path);
            std::fs::read_to_string(&path).map_err(|source| Error::File { path, source })?
        } else if let Some(name) = text.strip_prefix("env:") {
            std::env::var(name).map_err(|_| Error::Env { name: name.to_owned() })?
        } else {
            text.to_owned()
        };
        Secret::new(found.trim())
    }

    /// Checks that `text` can stand in an HTTP header.
    pub(crate) fn new(text: &str) -> Result<Secret, Error> {
        match text {
            "" => Err(Error::Empty),
            _ if text.len() <= LENGTH_MAX && text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok(Secret(text.to_owned()))
            }
            _ => Err(Error::Malformed),
        }
    }

    /// The secret itself, for the one place that compares or sends it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// How `text`, as it stands in a configuration, may be shown: where a secret comes from is none.
    pub(super) fn mask(text: &str) -> &str {
        if text.starts_with("file:") || text.starts_with("env:") { text } else { "(secret)" }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_from_the_text_or_a_file() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("token"), "s3cret\n").expect("written");
        let resolve = |text| Secret::resolve(text, dir.path());
        assert_eq!(resolve("plain").expect("a secret").expose(), "plain");
        assert_eq!(resolve("file:token").expect("a secret").expose(), "s3cret");
        assert!(matches!(resolve("file:none"), Err(Error::File { .. })));
        assert!(matches!(resolve("env:FLASHSALE_NO_SUCH_VARIABLE"), Err(Error::Env { .. })));
        assert!(matches!(resolve(""), Err(Error::Empty)));
        assert!(matches!(resolve("two words"), Err(Error::Malformed)));
    }

    #[test]
    fn a_secret_shows_itself_nowhere() {
        let secret = Secret::new("s3cret").expect("a secret");
        assert_eq!(format!("{secret:?}"), "(secret)");
        assert_eq!(Secret::mask("s3cret"), "(secret)");
        assert_eq!(Secret::mask("env:TOKEN"), "env:TOKEN");
    }
}
