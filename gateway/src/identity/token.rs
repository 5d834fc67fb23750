//! Tokens, compared so that the time it takes says nothing about them.

use std::fmt;

use subtle::{Choice, ConstantTimeEq};

use super::role::Role;

/// The longest token.
const BYTES_MAX: usize = 256;

/// The tokens that are known, each with its role; several of one role, for rotation.
#[derive(Clone, Debug, Default)]
pub struct Tokens(Vec<(Role, Token)>);

/// Why a token cannot be one. The token itself is never named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Its length or a character is not allowed.
    #[error("a token takes 1 to 256 visible ASCII characters")]
    Malformed,
    /// It is there already, so its role would not be plain.
    #[error("a token is given twice")]
    Duplicate,
}

impl Tokens {
    /// Adds a token.
    ///
    /// # Errors
    /// [`TokenError`] if it has not the form of a token, or is there already.
    pub fn add(&mut self, role: Role, token: &str) -> Result<(), TokenError> {
        let well_formed = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !well_formed || token.len() > BYTES_MAX {
            return Err(TokenError::Malformed);
        }
        if self.role_of(token.as_bytes()).is_some() {
            return Err(TokenError::Duplicate);
        }
        self.0.push((role, Token::padded(token.as_bytes())));
        Ok(())
    }

    /// The role of the token presented. All tokens are compared, whichever it is.
    pub(crate) fn role_of(&self, presented: &[u8]) -> Option<Role> {
        let presented = Token::padded(presented);
        self.0.iter().fold(
            None,
            |found, (role, token)| {
                if bool::from(token.equals(&presented)) { Some(*role) } else { found }
            },
        )
    }
}

/// A token at a fixed length, since comparing slices would tell how long it is.
#[derive(Clone)]
struct Token {
    bytes: [u8; BYTES_MAX],
    length: u64,
}

impl Token {
    fn padded(token: &[u8]) -> Token {
        let mut bytes = [0; BYTES_MAX];
        let kept = token.len().min(BYTES_MAX);
        bytes[..kept].copy_from_slice(&token[..kept]);
        Token { bytes, length: token.len() as u64 }
    }

    fn equals(&self, other: &Token) -> Choice {
        self.bytes.ct_eq(&other.bytes) & self.length.ct_eq(&other.length)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        let mut tokens = Tokens::default();
        for (role, token) in [(Role::Viewer, "see"), (Role::Admin, "rule"), (Role::Admin, "rule-2")] {
            assert_eq!(tokens.add(role, token), Ok(()));
        }
        tokens
    }

    #[test]
    fn each_token_has_its_role() {
        let tokens = tokens();
        assert_eq!(tokens.role_of(b"see"), Some(Role::Viewer));
        assert_eq!(tokens.role_of(b"rule"), Some(Role::Admin));
        assert_eq!(tokens.role_of(b"rule-2"), Some(Role::Admin));
        let beyond = [b"rule".as_slice(), &[0; 300]].concat();
        for wrong in [b"".as_slice(), b"rul", b"rule-", b"rule\0", &beyond] {
            assert_eq!(tokens.role_of(wrong), None);
        }
    }

    #[test]
    fn what_is_no_token_is_not_taken() {
        let mut tokens = tokens();
        for wrong in ["", "a b", "ä", &"a".repeat(257)] {
            assert_eq!(tokens.add(Role::Admin, wrong), Err(TokenError::Malformed));
        }
        assert_eq!(tokens.add(Role::Viewer, "rule"), Err(TokenError::Duplicate));
        assert_eq!(tokens.add(Role::Viewer, &"a".repeat(256)), Ok(()));
    }

    #[test]
    fn tokens_are_not_in_debug_output() {
        assert!(!format!("{:?}", tokens()).contains("rule"));
    }
}
