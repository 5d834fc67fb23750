//! A try to pay by the provider.

use engine::view::{PaymentError, PaymentStatus};
use engine::{IntentId, LogTime, NextAction, OrderId, ProviderRefundId};

use super::spans::{WINDOW, later};

/// Where a try is: the rows of the table in `engine/src/shard/saga/mod.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Queued,
    Begun,
    Created,
    Processing,
    RequiresAction,
    Authorized,
    Captured,
    Cancelling,
    Declined,
    Unsettled,
    Compensating,
    Dead,
}

impl Stage {
    /// Whether it may still be authorized.
    pub(crate) fn is_active(self) -> bool {
        self <= Stage::RequiresAction
    }
}

/// A try to pay.
#[derive(Clone, Debug)]
pub(crate) struct Try {
    pub(crate) stage: Stage,
    pub(crate) order: OrderId,
    pub(crate) begun_at: Option<LogTime>,
    pub(crate) intent: Option<IntentId>,
    pub(crate) action: Option<NextAction>,
    pub(crate) error: Option<PaymentError>,
    /// The provider's refund of money that should not have been taken.
    pub(crate) compensation: Option<ProviderRefundId>,
    /// When that money was known to be back.
    pub(crate) back_since: LogTime,
    /// How many notices of it there were, and how many of them were known to a look that was reported.
    pub(crate) noticed: u64,
    pub(crate) settled: u64,
}

impl Try {
    pub(crate) fn new(order: OrderId) -> Try {
        Try {
            stage: Stage::Queued,
            order,
            begun_at: None,
            intent: None,
            action: None,
            error: None,
            compensation: None,
            back_since: LogTime::default(),
            noticed: 0,
            settled: 0,
        }
    }

    pub(crate) fn go(&mut self, stage: Stage) {
        (self.stage, self.action) = (stage, None);
    }

    /// The first reason why it came to nothing stays.
    pub(crate) fn blame(&mut self, error: PaymentError) {
        self.error.get_or_insert(error);
    }

    /// Until when it must be authorized.
    pub(crate) fn pay_by(&self, release_by: LogTime) -> LogTime {
        self.begun_at.map_or(release_by, |begun| later(begun, WINDOW).min(release_by))
    }

    /// How it looks, while the reservation is being paid or not.
    pub(crate) fn status(&self, is_paying: bool) -> PaymentStatus {
        match self.stage {
            Stage::Queued => PaymentStatus::Queued,
            Stage::Begun | Stage::Created | Stage::Processing => PaymentStatus::Processing,
            Stage::RequiresAction => PaymentStatus::RequiresAction,
            Stage::Authorized | Stage::Captured => PaymentStatus::Authorized,
            Stage::Cancelling => PaymentStatus::Cancelling,
            Stage::Compensating if is_paying => PaymentStatus::Cancelling,
            Stage::Unsettled | Stage::Compensating => PaymentStatus::Unsettled,
            Stage::Declined | Stage::Dead => PaymentStatus::Declined,
        }
    }
}
