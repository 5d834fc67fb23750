//! Payment sagas: what is known of each try to pay a reservation by the provider.
//!
//! A reservation that never paid by the provider has none. A saga names no slots, so it is written as it is.

use bincode::{Decode, Encode};

use super::digest::{Kind, Mix};
use super::notices::Notices;
use super::seen::Seen;
use crate::codec;
use crate::vocabulary::id::{OrderId, ReservationId};
use crate::vocabulary::limits::{PAYMENT_WINDOW, REFUND_WATCH};
use crate::vocabulary::saga::Means;
use crate::vocabulary::text::{
    AccountName, IntentId, NextAction, PaymentMethod, ProviderRefundId, ReturnUrl,
};
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::{Alarms, PaymentError, PaymentStatus, PaymentView, ReservationStatus};

/// Where a try is. `shard/saga` has the table of what leads from one to another.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Stage {
    /// Nothing was sent to the provider.
    Queued,
    /// The first request was about to be sent; no intent is recorded.
    Begun,
    /// The intent is recorded, and not known to be confirmed.
    Created,
    /// The provider is at work.
    Processing,
    /// The buyer has to do something first.
    RequiresAction(NextAction),
    /// The money is held, the order is made, and the money is to be taken.
    Authorized,
    /// The money was taken for the order.
    Captured,
    /// Irrevocable: the intent is driven to its death, and the reservation waits for it.
    Cancelling,
    /// The card was declined; the intent is driven to its death, and nobody waits for it.
    Declined,
    /// The units were given back or sold otherwise, and the intent is not known to be dead: it is driven there.
    Unsettled,
    /// Irrevocable: the money was taken though it should not have been, and is to go back.
    Compensating,
    /// Nothing is held, and nothing was taken that is not back.
    Dead,
}

/// One try to pay.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Try {
    pub(crate) account: AccountName,
    /// The card, until the intent is confirmed with it.
    pub(crate) method: Option<PaymentMethod>,
    pub(crate) return_url: Option<ReturnUrl>,
    /// The id that the order gets.
    pub(crate) order: OrderId,
    pub(crate) asked_at: LogTime,
    /// When the first request was about to be sent.
    pub(crate) begun_at: Option<LogTime>,
    /// Since when the provider may know of what is to be done now. Once money that was to go back is back: since when
    /// it is.
    pub(crate) since: LogTime,
    pub(crate) stage: Stage,
    pub(crate) intent: Option<IntentId>,
    pub(crate) capture_before: Option<LogTime>,
    /// The provider's refund of money that should not have been taken, also once that is back.
    pub(crate) compensation: Option<ProviderRefundId>,
    pub(crate) error: Option<PaymentError>,
    pub(crate) notices: Notices,
}

impl Try {
    pub(crate) fn new(order: OrderId, means: &Means, now: LogTime) -> Try {
        Try {
            account: means.account.clone(),
            method: Some(means.method.clone()),
            return_url: means.return_url.clone(),
            order,
            asked_at: now,
            begun_at: None,
            since: now,
            stage: Stage::Queued,
            intent: None,
            capture_before: None,
            compensation: None,
            error: None,
            notices: Notices::default(),
        }
    }

    /// Moves on. What only the stages before need is dropped.
    pub(crate) fn go(&mut self, stage: Stage) {
        if !matches!(stage, Stage::Queued | Stage::Begun | Stage::Created) {
            (self.method, self.return_url) = (None, None);
        }
        self.stage = stage;
    }

    /// Moves on to where it comes to nothing, for a reason. The first reason stays.
    pub(crate) fn fail(&mut self, stage: Stage, error: PaymentError) {
        self.error.get_or_insert(error);
        self.go(stage);
    }

    /// Whether it may still be authorized.
    pub(crate) fn is_active(&self) -> bool {
        use Stage::{Begun, Created, Processing, Queued, RequiresAction};
        matches!(self.stage, Queued | Begun | Created | Processing | RequiresAction(_))
    }

    /// Until when there is something to be done for it: by itself it ends only where its money went back and is
    /// rechecked.
    pub(crate) fn open_until(&self) -> Option<LogTime> {
        match self.stage {
            Stage::Captured => None,
            Stage::Dead if self.has_news() => Some(LogTime::NEVER),
            Stage::Dead => self.compensation.as_ref().map(|_| self.since.after(REFUND_WATCH)),
            _ => Some(LogTime::NEVER),
        }
    }

    /// Whether the provider has news of it that were not looked at yet.
    pub(crate) fn has_news(&self) -> bool {
        self.notices.open().is_some() && self.intent.is_some()
    }

    /// Until when it must be authorized: from its first request on for a while, at most as long as the reservation can
    /// be in payment at all; in the queue just that.
    pub(crate) fn pay_by(&self, release_by: LogTime) -> LogTime {
        self.begun_at.map_or(release_by, |begun| begun.after(PAYMENT_WINDOW).min(release_by))
    }

    /// Whether somebody has to look at it, and why: each count is one or none. A capture that failed is put right when
    /// money that was taken after all is back.
    pub(crate) fn alarms(&self) -> Alarms {
        let capture_failed = matches!(self.error, Some(PaymentError::CaptureFailed(_)));
        let is_back = self.stage == Stage::Dead && self.compensation.is_some();
        Alarms {
            unsettled: u64::from(self.stage == Stage::Unsettled),
            compensating: u64::from(self.stage == Stage::Compensating),
            capture_failed: u64::from(capture_failed && !is_back),
            refund_returned: 0,
        }
    }

    fn view(&self, attempt: u8, release_by: LogTime, is_paying: bool) -> PaymentView {
        let next_action = match &self.stage {
            Stage::RequiresAction(action) => Some(action.clone()),
            _ => None,
        };
        let (pay_by, error) = (self.pay_by(release_by), self.error.clone());
        PaymentView { status: self.status(is_paying), attempt, pay_by, next_action, error }
    }

    fn status(&self, is_paying: bool) -> PaymentStatus {
        match self.stage {
            Stage::Queued => PaymentStatus::Queued,
            Stage::Begun | Stage::Created | Stage::Processing => PaymentStatus::Processing,
            Stage::RequiresAction(_) => PaymentStatus::RequiresAction,
            Stage::Authorized | Stage::Captured => PaymentStatus::Authorized,
            Stage::Cancelling => PaymentStatus::Cancelling,
            Stage::Compensating if is_paying => PaymentStatus::Cancelling,
            Stage::Declined | Stage::Dead => PaymentStatus::Declined,
            Stage::Unsettled | Stage::Compensating => PaymentStatus::Unsettled,
        }
    }
}

/// All tries to pay one reservation, at most [`TRIES_MAX`](crate::vocabulary::limits::TRIES_MAX).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Saga {
    pub(crate) reservation: ReservationId,
    pub(crate) tries: Vec<Try>,
    pub(crate) seen: Seen,
}

impl Saga {
    /// The number of the last try.
    pub(crate) fn last(&self) -> u8 {
        u8::try_from(self.tries.len()).unwrap_or(u8::MAX)
    }

    /// The try with this number, from 1.
    pub(crate) fn get(&self, attempt: u8) -> Option<&Try> {
        self.tries.get(usize::from(attempt).checked_sub(1)?)
    }

    pub(crate) fn get_mut(&mut self, attempt: u8) -> Option<&mut Try> {
        self.tries.get_mut(usize::from(attempt).checked_sub(1)?)
    }

    /// The tries with their numbers.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u8, &Try)> {
        (1..).zip(&self.tries)
    }

    /// Until when there is something to be done for each of the tries of which anything is to be done.
    pub(crate) fn open_until(&self) -> impl Iterator<Item = LogTime> {
        self.tries.iter().filter_map(Try::open_until)
    }

    /// Whether anything is to be done, or may still come of it.
    pub(crate) fn is_open(&self, now: LogTime) -> bool {
        self.open_until().any(|until| now < until)
    }

    /// When a reservation that is in payment by this saga goes on by itself.
    pub(crate) fn ends_at(&self, release_by: LogTime) -> LogTime {
        self.tries.last().filter(|last| last.is_active()).map_or(release_by, |last| last.pay_by(release_by))
    }

    /// How the last try looks.
    pub(crate) fn view(&self, release_by: LogTime, status: ReservationStatus) -> Option<PaymentView> {
        let is_paying = status == ReservationStatus::Paying;
        Some(self.tries.last()?.view(self.last(), release_by, is_paying))
    }

    /// How the last try looked when the reservation had come out of payment, whatever became known since.
    pub(crate) fn view_when_over(&self, release_by: LogTime) -> Option<PaymentView> {
        let view = self.view(release_by, ReservationStatus::Held)?;
        Some(PaymentView { status: PaymentStatus::Declined, ..view })
    }

    /// How a try looked when it was asked for.
    pub(crate) fn view_when_asked(attempt: u8, release_by: LogTime) -> PaymentView {
        let status = PaymentStatus::Queued;
        PaymentView { status, attempt, pay_by: release_by, next_action: None, error: None }
    }

    /// What it adds to the alarms.
    pub(crate) fn alarms(&self) -> Alarms {
        self.tries.iter().map(Try::alarms).fold(Alarms::default(), Alarms::and)
    }

    pub(crate) fn digest(&self) -> u64 {
        let mut bytes = Vec::with_capacity(512);
        codec::encode_into(self, &mut bytes);
        Mix::new(Kind::Saga).bytes(&bytes).end()
    }
}
