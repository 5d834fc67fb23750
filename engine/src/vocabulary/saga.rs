//! The payment saga seen from outside the engine: what is to be done at the provider, and what the provider said.
//!
//! The saga's state is part of the reservation. What is still to be done is read off that state as [`Task`]s, so a new
//! leader finds it without a hand-over; whatever came of a task goes back into the log as a [`Report`], which is
//! compared with the state when it is applied. Two leaders that do the same task therefore do no harm.

use bincode::{Decode, Encode};

use super::id::{OrderId, RefundId, ReservationId};
use super::money::Money;
use super::text::{
    AccountName, BuyerId, DeclineCode, IntentId, NextAction, PaymentMethod, ProductId, ProviderRefundId,
    ReturnUrl,
};
use super::time::LogTime;

/// How a buyer wants to pay.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Means {
    /// The provider's account that the card was tokenised for: the buyer's, by hash.
    pub account: AccountName,
    /// The card, as the provider calls it.
    pub method: PaymentMethod,
    /// Where the provider sends the buyer back to after an action of theirs.
    pub return_url: Option<ReturnUrl>,
}

/// Something to be done at the provider. Everything that a request to the provider is made of is here, so that whoever
/// carries it out, and how often, sends the same.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Task {
    /// For which reservation.
    pub reservation: ReservationId,
    /// Which try to pay it, from 1.
    pub attempt: u8,
    /// At which of the provider's accounts.
    pub account: AccountName,
    /// Of which product.
    pub product: ProductId,
    /// Whose it is.
    pub buyer: BuyerId,
    /// What all units cost.
    pub price: Money,
    /// Since when the provider may know of this try or refund: the provider forgets keys, so past 23 hours after this
    /// none is used again.
    pub since: LogTime,
    /// When it must be done; what is due first is done first. [`LogTime::NEVER`] for what must be done however late.
    pub due: LogTime,
    /// The provider told of news: the object is to be looked at whether or not it would be time to. The number of the last
    /// notice, which [`Report::noticed`] brings back; none if they are settled.
    pub noticed: Option<u64>,
    /// What is to be done.
    pub step: Step,
}

/// What is to be done at the provider.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Step {
    /// Nothing was sent yet: report [`Finding::Begun`] before the first request, for `pay_by` counts from it.
    Begin,
    /// Create the intent, with manual capture.
    Create {
        /// The card, as the provider calls it.
        method: PaymentMethod,
    },
    /// Confirm the intent, which puts the hold on the card.
    Confirm {
        /// The intent.
        intent: IntentId,
        /// The card.
        method: PaymentMethod,
        /// Where the provider sends the buyer back to.
        return_url: Option<ReturnUrl>,
    },
    /// The buyer or the provider has to do something: ask now and then how the intent is.
    Watch {
        /// The intent.
        intent: IntentId,
    },
    /// Take the money that is held for the order.
    Capture {
        /// The intent.
        intent: IntentId,
        /// The order.
        order: OrderId,
    },
    /// Drive the intent to `canceled`: nothing shall come of it any more.
    Cancel {
        /// The intent.
        intent: IntentId,
    },
    /// Give back the money of an intent that was to be cancelled and was captured after all. If none is made yet, look
    /// first whether the provider has one that did not fail. Should one fail, the next has another `since`.
    Compensate {
        /// The intent.
        intent: IntentId,
        /// The provider's refund, once there is one: it is asked for then, and not made again.
        made: Option<ProviderRefundId>,
    },
    /// Give money back that an operator wants given back.
    Refund {
        /// The refund.
        refund: RefundId,
        /// The intent whose charge it is.
        intent: IntentId,
        /// How much, in minor units.
        amount: u64,
        /// The provider's refund, once there is one.
        made: Option<ProviderRefundId>,
    },
    /// Ask now and then, until it is due, whether the bank returned a refund that had arrived: the event that tells of
    /// it may be lost. As long as it did not there is nothing to report.
    Recheck {
        /// The provider's refund.
        made: ProviderRefundId,
        /// The refund that an operator asked for; none if it gave back what should not have been taken.
        refund: Option<RefundId>,
    },
}

/// All that is to be done for one reservation and the order that it became.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SagaTasks {
    /// The reservation.
    pub reservation: ReservationId,
    /// What is to be done now; what is not here is not to be done any more. One task a try, one a refund.
    pub tasks: Vec<Task>,
}

/// What came of a task.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Report {
    /// Of which reservation.
    pub reservation: ReservationId,
    /// Of which try.
    pub attempt: u8,
    /// The last notice that was known when the provider was asked: those up to it are settled. 0 if none was.
    pub noticed: u64,
    /// What is known since.
    pub finding: Finding,
}

/// What is known of an intent, or of a refund, at the provider. Each is definite: what may or may not have happened is
/// no finding, and the task is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Finding {
    /// The first request of this try is about to be sent.
    Begun,
    /// The intent is there under this id.
    Created(IntentId),
    /// The provider does not take this try, and has no intent for it or one that was not confirmed.
    Rejected(DeclineCode),
    /// The buyer has to do something first.
    ActionRequired(NextAction),
    /// The provider is at work.
    Processing,
    /// The money is held on the card.
    Authorized {
        /// Until when it can be captured.
        capture_before: Option<LogTime>,
    },
    /// The card was declined; the intent waits for another card, and is to be cancelled.
    Declined(DeclineCode),
    /// The intent is dead: nothing is held, nothing was taken.
    Cancelled,
    /// The money was taken.
    Captured,
    /// The money cannot be taken any more.
    CaptureFailed(DeclineCode),
    /// The money of the intent is on its way back, by this refund of the provider's.
    CompensationMade(ProviderRefundId),
    /// The money of the intent is back.
    Compensated,
    /// The refund that should give the money of the intent back failed: another must be made.
    CompensationFailed(DeclineCode),
    /// A refund is on its way, under this name.
    RefundMade(RefundId, ProviderRefundId),
    /// A refund arrived.
    RefundSucceeded(RefundId),
    /// A refund failed for good.
    RefundFailed(RefundId, DeclineCode),
    /// The intent was looked at, and nothing is new.
    Unchanged,
    /// A refund was looked at, and nothing is new.
    RefundUnchanged(RefundId),
}
