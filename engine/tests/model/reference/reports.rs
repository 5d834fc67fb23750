//! What comes of reports about a try, and of the provider's notices.

use engine::command::Notice;
use engine::saga::{Finding, Report};
use engine::view::{Capture, PaymentError, RefundStatus, ReservationStatus};
use engine::{DeclineCode, ProviderEventId, Refusal, ReservationId, Status};

use super::findings::Leads;
use super::objections::Objections;
use super::shop::Shop;
use super::spans::{DAY, later};
use super::things::{Paid, Reservation};
use super::tries::{Stage, Try};

/// How many of the provider's events are remembered with a reservation.
const EVENTS_MOST: usize = 16;

impl Shop {
    pub(crate) fn try_of(&self, id: ReservationId, attempt: u8) -> Option<(&Reservation, &Try)> {
        let one = self.reservations.get(&id)?;
        Some((one, one.tries.get(usize::from(attempt).checked_sub(1)?)?))
    }

    pub(crate) fn against_report(&self, report: &Report, against: &mut Objections) {
        let Some((one, tried)) = self.try_of(report.reservation, report.attempt) else {
            return against.add(Refusal::NotFound);
        };
        let is_refused = Leads::of(tried, &report.finding) == Leads::Refused;
        against.add_if(is_refused, Refusal::Conflict(Status::Reservation(one.status)));
    }

    pub(crate) fn report(&mut self, report: &Report) {
        let (id, attempt) = (report.reservation, report.attempt);
        let leads = Leads::of(self.tried(id, attempt), &report.finding);
        let now = self.now;
        match leads {
            Leads::Refused => unreachable!("it was refused"),
            Leads::Nowhere => {}
            Leads::To(stage) => self.move_on(id, attempt, stage, &report.finding),
            Leads::Created(intent) => {
                let tried = self.tried(id, attempt);
                tried.intent = Some(intent);
                tried.go(Stage::Created);
            }
            Leads::Leaves(stage, error) => {
                let tried = self.tried(id, attempt);
                error.into_iter().for_each(|error| tried.blame(error));
                tried.go(stage);
                self.leave_payment(id, attempt);
            }
            Leads::Order(stage) => self.order_or_undo(id, attempt, stage),
            Leads::Taken => {
                self.tried(id, attempt).go(Stage::Captured);
                self.set_capture(id, Capture::Captured);
            }
            Leads::Untaken(stage, code) => self.cannot_be_taken(id, attempt, stage, &code),
            Leads::Made(made) => self.tried(id, attempt).compensation = Some(made),
            Leads::Back => {
                let tried = self.tried(id, attempt);
                tried.back_since = now;
                tried.go(Stage::Dead);
                self.leave_payment(id, attempt);
            }
            Leads::Again => {
                let tried = self.tried(id, attempt);
                tried.compensation = None;
                tried.go(Stage::Compensating);
            }
        }
        let tried = self.tried(id, attempt);
        tried.settled = tried.settled.max(report.noticed.min(tried.noticed));
    }

    fn move_on(&mut self, id: ReservationId, attempt: u8, stage: Stage, finding: &Finding) {
        let now = self.now;
        let tried = self.tried(id, attempt);
        tried.go(stage);
        if stage == Stage::Begun {
            tried.begun_at = Some(now);
        }
        if let Finding::ActionRequired(action) = finding {
            tried.action = Some(action.clone());
        }
    }

    /// Whether the reservation is being paid by this try.
    fn waits_for(&self, id: ReservationId, attempt: u8) -> bool {
        let one = &self.reservations[&id];
        one.status == ReservationStatus::Paying && one.tries.len() == usize::from(attempt)
    }

    /// Held again while time is left, else over.
    pub(crate) fn leave_payment(&mut self, id: ReservationId, attempt: u8) {
        if !self.waits_for(id, attempt) {
            return;
        }
        if self.now < self.reservations[&id].expires_at {
            self.reservations.get_mut(&id).expect("it is there").status = ReservationStatus::Held;
        } else {
            self.finish(id, ReservationStatus::Expired);
        }
    }

    fn order_or_undo(&mut self, id: ReservationId, attempt: u8, stage: Stage) {
        let waits = self.waits_for(id, attempt);
        let order = self.tried(id, attempt).order;
        if !waits || self.orders.contains_key(&order) {
            self.used.push(format!("no order can be made of what is {stage:?}"));
            let tried = self.tried(id, attempt);
            tried.blame(PaymentError::Cancelled);
            return tried.go(match stage {
                Stage::Captured => Stage::Compensating,
                _ => Stage::Cancelling,
            });
        }
        let tried = self.tried(id, attempt);
        tried.go(stage);
        let intent = tried.intent.clone().expect("it was recorded before");
        let is_taken = stage == Stage::Captured;
        let capture = if is_taken { Capture::Captured } else { Capture::Pending };
        self.make_order(id, order, Paid::Provider { intent, attempt, capture });
    }

    /// The order is cancelled, its units go back on sale, and refunds that waited for its money fail.
    fn cannot_be_taken(&mut self, id: ReservationId, attempt: u8, stage: Stage, code: &DeclineCode) {
        let kept_until = later(self.now, DAY);
        let tried = self.tried(id, attempt);
        tried.blame(PaymentError::CaptureFailed(code.clone()));
        tried.go(stage);
        let one = self.reservations.get_mut(&id).expect("it is there");
        one.kept_until = kept_until;
        let order_id = one.order.expect("what is authorized is an order");
        let order = self.orders.get_mut(&order_id).expect("it is there");
        (order.cancelled, order.returned) = (true, true);
        for refund in self.refunds.values_mut().filter(|refund| refund.order == order_id) {
            (refund.status, refund.error) = (RefundStatus::Failed, Some(code.clone()));
        }
        self.set_capture(id, Capture::Failed);
    }

    fn set_capture(&mut self, id: ReservationId, how: Capture) {
        let order = self.reservations[&id].order.expect("what is authorized is an order");
        let order = self.orders.get_mut(&order).expect("it is there");
        let Paid::Provider { capture, .. } = &mut order.paid else { unreachable!("the provider was paid") };
        *capture = how;
    }

    pub(crate) fn against_notice(&self, notice: &Notice, against: &mut Objections) {
        let is_there = match notice.refund {
            Some(refund) => self.refunds.get(&refund).is_some_and(|refund| {
                let order = &self.orders[&refund.order];
                order.reservation == notice.reservation && matches!(order.paid, Paid::Provider { .. })
            }),
            None => self.try_of(notice.reservation, 1).is_some(),
        };
        against.add_if(!is_there, Refusal::NotFound);
    }

    /// A try that there is news of is to be looked at, once for every event; of a refund it changes nothing that is seen.
    pub(crate) fn notice(&mut self, notice: &Notice) {
        if notice.refund.is_some() {
            return;
        }
        let one = self.reservations.get_mut(&notice.reservation).expect("it was found");
        if !is_new(&mut one.seen, &notice.event) {
            return self.used.push("an event came twice".into());
        }
        let its = one.tries.iter().position(|tried| notice.intent.is_some() && tried.intent == notice.intent);
        let last = one.tries.len() - 1;
        one.tries[its.unwrap_or(last)].noticed += 1;
    }

    pub(crate) fn tried(&mut self, id: ReservationId, attempt: u8) -> &mut Try {
        let one = self.reservations.get_mut(&id).expect("it was found");
        &mut one.tries[usize::from(attempt) - 1]
    }
}

fn is_new(seen: &mut Vec<ProviderEventId>, event: &ProviderEventId) -> bool {
    if seen.contains(event) {
        return false;
    }
    seen.push(event.clone());
    if seen.len() > EVENTS_MOST {
        seen.remove(0);
    }
    true
}
