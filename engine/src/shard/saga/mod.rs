//! The payment saga: how a try to pay moves on.
//!
//! Authorize, make the order, capture. Everything outside is a [`Task`](crate::vocabulary::saga::Task) read off the
//! state, and what came of it is a [`Finding`](crate::vocabulary::saga::Finding) that is compared with the state. What
//! does not fit is refused without effect, except for news of money: what is found authorized or captured of a try that
//! was given up is never lost, for it must be undone.
//!
//! Where a try is, and what leads from there to where. `–`: cannot be, refused. `=`: no news, done without effect. The
//! reservation *leaves* payment for `held`, or for `expired` if the hold's time is up.
//!
//! | is \ found | `Begun` | `Created` | `Rejected` | `ActionRequired`, `Processing` | `Authorized` | `Declined` | `Cancelled` | `Captured` | `CaptureFailed` | time is up |
//! |---|---|---|---|---|---|---|---|---|---|---|
//! | queued | begun | – | dead, leaves | – | – no intent | – | – | – | – | `release_by`: dead, expired |
//! | begun | – | created | dead, leaves | – no intent is confirmed before it is recorded | – | dead, leaves | – | – | – | `pay_by`: dead, leaves |
//! | created | – | = if the same | declined, leaves | requires action, processing | order (1) | declined, leaves | dead, leaves | order, captured (1) | – | `pay_by`: cancelling |
//! | processing | – | = if the same | declined, leaves | requires action, = | order (1) | declined, leaves | dead, leaves | order, captured (1) | – | `pay_by`: cancelling |
//! | requires action | – | = if the same | declined, leaves | requires action, processing | order (1) | declined, leaves | dead, leaves | order, captured (1) | – | `pay_by`: cancelling |
//! | authorized | – | = if the same | – | – | = | – | dead, order cancelled (2) | captured | unsettled, order cancelled (2) | never: it is an order |
//! | captured | – | = if the same | – | – | – | – | – | = | – too late | never |
//! | cancelling | – | = if the same | – is cancelled anyway | – likewise | = is cancelled anyway | – likewise | dead, leaves | compensating | – | `release_by`: unsettled, expired |
//! | declined | – | = if the same | – | – | unsettled | – | dead | compensating | – | never: nobody waits |
//! | unsettled | – | = if the same | – | – | = is cancelled anyway | – | dead | compensating | – | never |
//! | compensating | – | = if the same | – | – | – older than what is known | – | – captured is final | = | – | `release_by`: expired, goes on |
//! | dead | – | = if the same | – | – | unsettled (3) | – | = (3) | compensating (3) | – | never |
//!
//! (1) Atomically: held units are sold, the reservation is `paid`, the order confirmed. Should that be impossible (the
//! product is frozen, the order's id is taken), it is cancelling, or compensating if captured.
//! (2) The units go back on sale; refunds that waited for the capture fail; an alarm for a day, or until money that was taken
//! after all is back.
//! (3) If an intent was recorded. Without one nothing was ever confirmed, and whatever is found is refused.
//!
//! A dead try whose money went back, and a refund that arrived, are rechecked for thirty days: the bank may return them,
//! and the event that tells of it may be lost.
//!
//! `CompensationMade` notes the provider's refund while compensating; once it is noted `Compensated` leads from there to
//! dead (and the reservation leaves, if it waited); `CompensationFailed` makes another refund necessary, also of a dead try whose
//! money had been thought to be back. `Unchanged` is always done, and so is its like for a refund. Every report that is not refused settles the notices that were known when
//! its look began.
//!
//! A try that is not the last one is declined, unsettled, compensating or dead; the same rows hold for it. A
//! reservation waits (`paying`) exactly for a last try that is queued to requires action, cancelling or compensating.

mod authorize;
mod capture;
mod compensate;
mod fail;
mod hear;
mod refund;
mod tasks;
mod time;

/// A finding does not fit the state, and changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unfit;

/// What comes of a finding: it is taken, or does not fit.
type Heard = Result<(), Unfit>;
