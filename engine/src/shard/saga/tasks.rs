//! What is to be done outside, read off the state.

use crate::shard::Shard;
use crate::state::Slot;
use crate::state::reservation::Reservation;
use crate::state::saga::{Stage, Try};
use crate::vocabulary::id::ReservationId;
use crate::vocabulary::saga::{SagaTasks, Step, Task};
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::{Alarms, Capture};

impl Shard {
    /// What is to be done for all sagas behind `after`, in the order of their reservations' ids: for a new leader, page
    /// by page if it likes. Cost: O(log of all, and what is taken).
    pub fn tasks(&self, after: Option<ReservationId>) -> impl Iterator<Item = SagaTasks> {
        self.agenda.open(after).map(|reservation| self.tasks_of(reservation))
    }

    /// What is to be done for one reservation and its order; nothing if all is done, or if there is none.
    pub fn tasks_of(&self, reservation: ReservationId) -> SagaTasks {
        let saga = self.sagas.find(reservation).zip(self.reservations.find(reservation));
        let tries = saga.into_iter().flat_map(|(saga, slot)| {
            let numbered = saga.numbered();
            numbered.filter_map(move |(attempt, one)| self.task_of(self.reservations.at(slot), attempt, one))
        });
        let mut refunds = self.agenda.refunds(reservation).collect::<Vec<_>>();
        refunds.sort_unstable_by_key(|&slot| (self.refunds.at(slot).created_at, self.refunds.at(slot).id));
        let tasks = tries.chain(refunds.into_iter().filter_map(|slot| self.task_of_refund(slot))).collect();
        SagaTasks { reservation, tasks }
    }

    /// The sagas that changed since this was last asked, in the order of their reservations' ids, each once and with all
    /// that is to be done for it now: none means that nothing is any more. All open ones after a load. This is not part
    /// of the replicated state: ask after each apply, on every replica, or it remembers an id for each saga.
    pub fn take_changed_tasks(&mut self) -> Vec<SagaTasks> {
        let changed = self.agenda.take_changed();
        changed.into_iter().map(|reservation| self.tasks_of(reservation)).collect()
    }

    /// What somebody has to look at. Cost: O(1).
    pub fn alarms(&self) -> Alarms {
        Alarms { refund_returned: self.orders.refunds_returned(), ..self.sagas.alarms() }
    }

    fn task_of(&self, reservation: &Reservation, attempt: u8, one: &Try) -> Option<Task> {
        let release_by = reservation.release_by();
        let (step, due) = match &one.stage {
            Stage::Queued => (Step::Begin, release_by),
            Stage::Begun => (Step::Create { method: one.method.clone()? }, one.pay_by(release_by)),
            Stage::Created => {
                let (intent, method) = (one.intent.clone()?, one.method.clone()?);
                let return_url = one.return_url.clone();
                (Step::Confirm { intent, method, return_url }, one.pay_by(release_by))
            }
            Stage::Processing | Stage::RequiresAction(_) => {
                (Step::Watch { intent: one.intent.clone()? }, one.pay_by(release_by))
            }
            Stage::Authorized => {
                let due = one.capture_before.unwrap_or(LogTime::NEVER);
                (Step::Capture { intent: one.intent.clone()?, order: one.order }, due)
            }
            Stage::Cancelling | Stage::Declined | Stage::Unsettled => {
                (Step::Cancel { intent: one.intent.clone()? }, LogTime::NEVER)
            }
            Stage::Compensating => {
                let (intent, made) = (one.intent.clone()?, one.compensation.clone());
                (Step::Compensate { intent, made }, LogTime::NEVER)
            }
            Stage::Dead if one.has_news() => (Step::Watch { intent: one.intent.clone()? }, LogTime::NEVER),
            Stage::Dead => {
                let due = one.open_until().filter(|until| self.now < *until)?;
                (Step::Recheck { made: one.compensation.clone()?, refund: None }, due)
            }
            Stage::Captured => return None,
        };
        Some(Task {
            reservation: reservation.id,
            attempt,
            account: one.account.clone(),
            product: self.products.at(reservation.product).id.clone(),
            buyer: self.buyers.id(reservation.buyer).clone(),
            price: reservation.price(),
            since: one.since,
            due,
            noticed: one.notices.open(),
            step,
        })
    }

    /// A refund that was asked for before the money was taken waits until it is.
    fn task_of_refund(&self, slot: Slot) -> Option<Task> {
        let refund = self.refunds.at(slot);
        let order = self.orders.at(refund.order);
        let (payout, charge) = (refund.payout.as_ref()?, order.charge.as_ref()?);
        if charge.capture != Capture::Captured {
            return None;
        }
        let due = refund.open_until().filter(|until| self.now < *until)?;
        let (intent, amount, made) = (charge.intent.clone(), refund.amount, payout.made.clone());
        let step = match made {
            Some(made) if due != LogTime::NEVER => Step::Recheck { made, refund: Some(refund.id) },
            made => Step::Refund { refund: refund.id, intent, amount, made },
        };
        Some(Task {
            reservation: order.reservation,
            attempt: charge.attempt,
            account: charge.account.clone(),
            product: self.products.at(order.product).id.clone(),
            buyer: self.buyers.id(order.buyer).clone(),
            price: order.price(),
            since: refund.created_at,
            due,
            noticed: payout.notices.open(),
            step,
        })
    }
}
