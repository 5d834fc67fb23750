//! Secrets: what must not be shown.

use std::fmt;

/// The longest secret, in bytes.
const LENGTH_MAX: usize = 256;

/// A text cannot be a secret.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a secret is 1 to 256 visible ASCII characters")]
pub struct NotASecret;

/// A secret. Neither `Debug` nor a log ever shows it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret that can stand in an HTTP header.
    ///
    /// # Errors
    /// [`NotASecret`] if it is empty, too long, or has other than visible ASCII characters.
    pub fn new(text: &str) -> Result<Secret, NotASecret> {
        let good = (1..=LENGTH_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if good { Ok(Secret(text.to_owned())) } else { Err(NotASecret) }
    }

    /// The secret itself, for the few places that send it or compute with it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
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
    fn a_secret_shows_itself_nowhere() {
        let secret = Secret::new("sk_test_1").expect("a secret");
        assert_eq!(secret.expose(), "sk_test_1");
        assert_eq!(format!("{secret:?}"), "(secret)");
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_secret() {
        for text in ["", "two words", "line\n", "ä", &"s".repeat(257)] {
            assert_eq!(Secret::new(text).err(), Some(NotASecret), "{text:?}");
        }
    }
}
