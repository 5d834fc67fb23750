//! What a fault does.

use std::time::Duration;

use crate::card::Decline;
use crate::object::refund::RefundStatus;

/// What becomes of one request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// The connection is reset; nothing happened.
    ResetBefore,
    /// The connection is reset; it happened.
    ResetAfter,
    /// It happens late.
    DelayBefore(Duration),
    /// It happens at once and is answered late.
    DelayAfter(Duration),
    /// Nothing is said for so long, then the connection is cut; nothing happened.
    StallBefore(Duration),
    /// Nothing is said for so long, then the connection is cut; it happened.
    StallAfter(Duration),
    /// 409; nothing happened.
    Conflict,
    /// 429, with a reason, or because of a lock without one; nothing happened.
    Limited(Option<&'static str>),
    /// 400 with this code, or without one; nothing happened.
    Refused(Option<String>),
    /// 500, remembered; nothing happened.
    ErrorBefore(Option<bool>),
    /// 500, remembered; it happened.
    ErrorAfter(Option<bool>),
    /// It comes out otherwise.
    Twist(Twist),
}

impl Fault {
    /// Whether it is about the connection alone: then it also strikes answers that are replayed.
    pub(super) fn is_transport(&self) -> bool {
        matches!(
            self,
            Fault::ResetBefore
                | Fault::ResetAfter
                | Fault::DelayBefore(_)
                | Fault::DelayAfter(_)
                | Fault::StallBefore(_)
                | Fault::StallAfter(_)
        )
    }
}

/// How a request comes out otherwise.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Twist {
    /// The card declines.
    Decline(Decline),
    /// The card wants authentication.
    Authenticate,
    /// The refund ends like this, so many milliseconds later.
    Refund { first: RefundStatus, then: RefundStatus, ms: i64 },
    /// The hold ends so many seconds after the authorization.
    HoldEnds(i64),
}

/// What becomes of the deliveries of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// It is never sent.
    Drop,
    /// It is sent so many times.
    Duplicate { copies: u32 },
    /// It is sent so many milliseconds later, after what happens meanwhile.
    Delay { ms: i64 },
}
