//! What a report about a try leads to: the table of this module, by its columns.

use super::{Heard, Unfit};
use crate::shard::step::Step;
use crate::state::Slot;
use crate::state::saga::{Saga, Stage, Try};
use crate::vocabulary::event::Fact;
use crate::vocabulary::saga::{Finding, Report};
use crate::vocabulary::text::IntentId;
use crate::vocabulary::view::{PaymentError, ReservationStatus};

impl Step<'_> {
    /// Takes a report about a try that is there.
    pub(in crate::shard) fn hear(&mut self, slot: Slot, report: &Report) -> Heard {
        let attempt = report.attempt;
        let (before, events) = (self.shard.reservation_view(slot), self.events.len());
        self.follow(slot, attempt, &report.finding)?;
        if self.one(slot, attempt)?.notices.open().is_some() {
            self.change_try(slot, attempt, |one| one.notices.look(report.noticed));
        }
        let is_told = self.events.iter().skip(events).any(|event| matches!(event.fact, Fact::Reservation(_)));
        if !is_told && self.shard.reservation_view(slot) != before {
            self.emit_reservation(slot);
        }
        Ok(())
    }

    fn follow(&mut self, slot: Slot, attempt: u8, finding: &Finding) -> Heard {
        match finding {
            Finding::Begun => self.begun(slot, attempt),
            Finding::Created(intent) => self.created(slot, attempt, intent),
            Finding::Rejected(code) => self.declined(slot, attempt, code, true),
            Finding::Declined(code) => self.declined(slot, attempt, code, false),
            Finding::ActionRequired(action) => {
                self.waiting(slot, attempt, Stage::RequiresAction(action.clone()))
            }
            Finding::Processing => self.waiting(slot, attempt, Stage::Processing),
            Finding::Authorized { capture_before } => self.authorized(slot, attempt, *capture_before),
            Finding::Cancelled => self.cancelled(slot, attempt),
            Finding::Captured => self.captured(slot, attempt),
            Finding::CaptureFailed(code) => self.capture_failed(slot, attempt, code),
            Finding::CompensationMade(refund) => self.compensation_made(slot, attempt, refund),
            Finding::Compensated => self.compensated(slot, attempt),
            Finding::CompensationFailed(_) => self.compensation_failed(slot, attempt),
            Finding::Unchanged => Ok(()),
            Finding::RefundMade(..)
            | Finding::RefundSucceeded(_)
            | Finding::RefundFailed(..)
            | Finding::RefundUnchanged(_) => Err(Unfit),
        }
    }

    fn begun(&mut self, slot: Slot, attempt: u8) -> Heard {
        if self.stage(slot, attempt)? != Stage::Queued {
            return Err(Unfit);
        }
        let now = self.now();
        self.change_try(slot, attempt, |one| {
            (one.begun_at, one.since) = (Some(now), now);
            one.go(Stage::Begun);
        });
        Ok(())
    }

    fn created(&mut self, slot: Slot, attempt: u8, intent: &IntentId) -> Heard {
        let one = self.one(slot, attempt)?;
        match (&one.intent, &one.stage) {
            (Some(known), _) if known == intent => Ok(()),
            (None, Stage::Begun) => {
                self.change_try(slot, attempt, |one| {
                    one.intent = Some(intent.clone());
                    one.go(Stage::Created);
                });
                Ok(())
            }
            _ => Err(Unfit),
        }
    }

    fn waiting(&mut self, slot: Slot, attempt: u8, stage: Stage) -> Heard {
        match self.stage(slot, attempt)? {
            Stage::Created | Stage::Processing | Stage::RequiresAction(_) => {
                self.change_try(slot, attempt, |one| one.go(stage));
                Ok(())
            }
            _ => Err(Unfit),
        }
    }

    /// The intent is dead.
    fn cancelled(&mut self, slot: Slot, attempt: u8) -> Heard {
        match self.stage(slot, attempt)? {
            Stage::Created | Stage::Processing | Stage::RequiresAction(_) | Stage::Cancelling => {
                self.change_try(slot, attempt, |one| one.fail(Stage::Dead, PaymentError::Cancelled));
                self.leave_payment(slot, attempt);
                Ok(())
            }
            Stage::Declined | Stage::Unsettled => {
                self.change_try(slot, attempt, |one| one.go(Stage::Dead));
                Ok(())
            }
            Stage::Authorized => {
                self.fail_capture(slot, attempt, &super::capture::cancelled(), Stage::Dead);
                Ok(())
            }
            Stage::Dead if self.one(slot, attempt)?.intent.is_some() => Ok(()),
            _ => Err(Unfit),
        }
    }

    pub(super) fn one(&self, slot: Slot, attempt: u8) -> Result<&Try, Unfit> {
        let saga = self.shard.sagas.find(self.shard.reservations.at(slot).id);
        saga.and_then(|saga| saga.get(attempt)).ok_or(Unfit)
    }

    pub(super) fn stage(&self, slot: Slot, attempt: u8) -> Result<Stage, Unfit> {
        self.one(slot, attempt).map(|one| one.stage.clone())
    }

    pub(super) fn change_try(&mut self, slot: Slot, attempt: u8, change: impl FnOnce(&mut Try)) {
        self.shard.change_saga(slot, |saga| {
            if let Some(one) = saga.get_mut(attempt) {
                change(one);
            }
        });
    }

    /// Whether the reservation waits for this try.
    pub(super) fn waits_for(&self, slot: Slot, attempt: u8) -> bool {
        let reservation = self.shard.reservations.at(slot);
        let last = self.shard.sagas.find(reservation.id).map(Saga::last);
        reservation.status == ReservationStatus::Paying && last == Some(attempt)
    }
}
