//! Verdicts: what is known after one exchange with the provider.

use std::time::Duration;

use super::object::{Intent, Object};

/// What is known after a call. [`Verdict::Retry`] alone leaves open whether anything happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It was done, now or the first time; this is the object.
    Done(Object),
    /// The bank said no.
    Declined(Decline),
    /// The provider does not do it.
    Refused(Refused),
    /// The provider remembers a failure of its own for this key, or says that it must not be asked with it again. What
    /// the object is like can be read; to do more takes another key.
    Spent {
        /// The status of the answer.
        status: u16,
    },
    /// Nothing is known, or nothing was done: to be called again with the same key.
    Retry(Retry),
}

/// The bank said no.
#[derive(Clone, Debug, PartialEq)]
pub struct Decline {
    /// The bank's word, or else the provider's.
    pub code: String,
    /// The intent, as it is now.
    pub intent: Option<Box<Intent>>,
}

/// The provider does not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The status of the answer.
    pub status: u16,
    /// What went wrong.
    pub failure: Failure,
    /// Which parameter is to blame.
    pub param: Option<String>,
}

/// What went wrong, in the provider's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `invalid_request_error` and the like.
    pub kind: String,
    /// `payment_intent_unexpected_state` and the like.
    pub code: Option<String>,
}

impl Failure {
    /// The most telling word: the code, or else the type.
    pub fn word(&self) -> &str {
        self.code.as_deref().unwrap_or(&self.kind)
    }
}

/// To be called again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Not sooner than after this, where the provider said so.
    pub after: Option<Duration>,
    /// Why.
    pub reason: Reason,
}

/// Why a call is to be made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A twin with the same key is being worked on.
    InUse,
    /// There were too many requests; nothing was done.
    RateLimited(Limited),
    /// Another request has the object; nothing was done.
    LockTimeout,
    /// The provider failed.
    Server(u16),
    /// The provider said to try again.
    Asked(u16),
    /// No connection was made; nothing was sent.
    Unreachable,
    /// The connection broke; what was sent may have been done.
    Reset,
    /// No answer came in time; what was sent may have been done.
    TimedOut,
    /// The answer is not one of the provider's, or too long.
    Garbled,
    /// The key of the account does not do: an operator has to look.
    Unauthorized(u16),
    /// The answer is not one of an API: an operator has to look at what stands between.
    Unexpected(u16),
    /// No account of this name is configured: an operator has to look.
    NoAccount,
    /// Too many calls wait for their turn already; nothing was sent.
    QueueFull,
    /// It was broken off here; what was sent may have been done.
    BrokenOff,
}

/// Whose limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// The account's.
    Account,
    /// The endpoint's.
    Endpoint,
    /// That of the object concerned.
    Resource,
}

impl Reason {
    /// Whether this does not pass by itself.
    pub fn needs_an_operator(&self) -> bool {
        matches!(self, Reason::Unauthorized(_) | Reason::Unexpected(_) | Reason::NoAccount)
    }

    /// What it is called in metrics and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Reason::InUse => "in_use",
            Reason::RateLimited(_) => "rate_limited",
            Reason::LockTimeout => "lock_timeout",
            Reason::Server(_) => "server",
            Reason::Asked(_) => "asked",
            Reason::Unreachable => "unreachable",
            Reason::Reset => "reset",
            Reason::TimedOut => "timed_out",
            Reason::Garbled => "garbled",
            Reason::Unauthorized(_) => "unauthorized",
            Reason::Unexpected(_) => "unexpected",
            Reason::NoAccount => "no_account",
            Reason::QueueFull => "queue_full",
            Reason::BrokenOff => "broken_off",
        }
    }
}

impl Verdict {
    /// A retry for this reason, whenever it suits.
    pub fn retry(reason: Reason) -> Verdict {
        Verdict::Retry(Retry { after: None, reason })
    }
}
