//! What a request wants done.

use serde_json::Value;

use crate::book::Step;
use crate::object::error::ApiError;
use crate::render::View;

/// Which intent an operation is about, for fault scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// One that will be made; and whether it is confirmed at once.
    NewIntent { confirms: bool },
    /// This one.
    Intent(String),
    /// The one of this charge.
    Charge(String),
    /// The one of this refund.
    Refund(String),
    /// None in particular.
    None,
}

/// A request that was understood.
pub(crate) trait Operation: Send {
    /// Executes it. Changes stand, also if the answer is an error: a declined card has been declined.
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError>;

    /// Which intent it is about.
    fn subject(&self) -> Subject {
        Subject::None
    }
}

impl Step<'_> {
    /// The books as the caller sees them now.
    pub(crate) fn view(&self) -> View<'_> {
        View { book: self.book, base: &self.writ.base }
    }
}
