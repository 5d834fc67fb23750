//! What the provider tells for the buyer alone.

use std::fmt;

use serde::Deserialize;

/// Something that is handed on and never shown: with it a payment can be gone on with in the buyer's name.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Hidden<T>(T);

impl<T> Hidden<T> {
    /// The thing itself, for where it is handed on.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Hidden<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}
