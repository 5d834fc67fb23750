//! Notices: what an event tells.

use engine::vocabulary::text::{AccountName, IntentId, ProviderEventId, ProviderRefundId};
use engine::{RefundId, ReservationId};

/// What an event of the provider tells: where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The event. The provider sends it again until it is answered well, so it is to be taken in once.
    pub event: ProviderEventId,
    /// The account whose secret signed it, where a secret is an account's.
    pub account: Option<AccountName>,
    /// The intent that it is about.
    pub intent: Option<IntentId>,
    /// The refund that it is about, as the provider calls it.
    pub refund: Option<ProviderRefundId>,
    /// The operator's refund that the object was made for, if it says so.
    pub wanted_refund: Option<RefundId>,
    /// The reservation that the object was made for, if it says so.
    pub reservation: Option<ReservationId>,
    /// What it is about.
    pub kind: Kind,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An intent, or a charge of one.
    Intent,
    /// A refund, or a charge's.
    Refund,
    /// A dispute: a buyer wants money back from the bank.
    Dispute,
    /// Something that does not concern the saga.
    Other,
}
