//! Answers: to what was done, as they were first given, and to questions, as things are now.

use super::Shard;
use crate::state::Slot;
use crate::state::saga::Saga;
use crate::vocabulary::id::{RefundId, ReservationId};
use crate::vocabulary::outcome::Done;
use crate::vocabulary::query::{Answer, Query};
use crate::vocabulary::refusal::Refusal;
use crate::vocabulary::text::BuyerId;
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::{PaymentView, RefundStatus, RefundView, ReservationStatus};

impl Shard {
    /// The answer to what was done, as it was first given, however often things have changed since.
    pub fn answer(&self, done: &Done) -> Answer {
        let reservation = |id: &ReservationId, status| self.reservation_answer(*id, status, |_, _| None);
        match done {
            Done::Internal => Answer::Nothing,
            Done::Product { created, product } => Answer::Product(product.clone(), *created),
            Done::Adjusted(adjustment) => Answer::Adjustment(adjustment.clone()),
            Done::Reserved(id) | Done::Released(id) => reservation(id, ReservationStatus::Held),
            Done::Ordered(id) | Done::Confirmed(id) => reservation(id, ReservationStatus::Paid),
            Done::Cancelled(id) => {
                self.reservation_answer(*id, ReservationStatus::Cancelled, |saga, release_by| {
                    saga?.view_when_over(release_by)
                })
            }
            Done::CheckedOut { reservation: id, .. } => reservation(id, ReservationStatus::Paying),
            Done::ReleasedToExpired(id) => reservation(id, ReservationStatus::Expired),
            Done::PaymentBegun { reservation: id, attempt } => {
                self.reservation_answer(*id, ReservationStatus::Paying, |_, release_by| {
                    Some(Saga::view_when_asked(*attempt, release_by))
                })
            }
            Done::Refunded(id) => self.refund_answer(*id, RefundStatus::Succeeded),
            Done::RefundBegun(id) => self.refund_answer(*id, RefundStatus::Pending),
        }
    }

    /// A reservation as it was then, with what its saga looked like.
    fn reservation_answer(
        &self,
        id: ReservationId,
        status: ReservationStatus,
        payment: impl FnOnce(Option<&Saga>, LogTime) -> Option<PaymentView>,
    ) -> Answer {
        let Some(slot) = self.reservations.find(id) else { return Answer::Nothing };
        let release_by = self.reservations.at(slot).release_by();
        let payment = payment(self.sagas.find(id), release_by);
        Answer::Reservation(Box::new(self.reservation_as(slot, status, payment)))
    }

    fn refund_answer(&self, id: RefundId, status: RefundStatus) -> Answer {
        let Some(slot) = self.refunds.find(id) else { return Answer::Nothing };
        Answer::Refund(Box::new(RefundView { status, error: None, ..self.refund_view(slot) }))
    }

    /// How a thing is now.
    ///
    /// # Errors
    /// [`Refusal::NotReady`] before the shard is founded, [`Refusal::NotFound`] for what is not there or another's.
    pub fn query(&self, query: &Query) -> Result<Answer, Refusal> {
        let secret = self.secret.as_ref().ok_or(Refusal::NotReady)?;
        let answer = match query {
            Query::Product(id) => self
                .products
                .find(secret, id)
                .map(|slot| Answer::Product(Box::new(self.products.at(slot).view(self.now)), false)),
            Query::Reservation(id, buyer) => self
                .reservations
                .find(*id)
                .filter(|&slot| self.is_of(self.reservations.at(slot).buyer, buyer.as_ref()))
                .map(|slot| Answer::Reservation(Box::new(self.reservation_view(slot)))),
            Query::Order(id, buyer) => self
                .orders
                .find(*id)
                .filter(|&slot| self.is_of(self.orders.at(slot).buyer, buyer.as_ref()))
                .map(|slot| Answer::Order(Box::new(self.order_view(slot)))),
            Query::Refund(id) => {
                self.refunds.find(*id).map(|slot| Answer::Refund(Box::new(self.refund_view(slot))))
            }
        };
        answer.ok_or(Refusal::NotFound)
    }

    /// The reservation with this id, unless it is somebody else's than who is asked for.
    pub(crate) fn find_reservation(
        &self,
        id: ReservationId,
        buyer: Option<&BuyerId>,
    ) -> Result<Slot, Refusal> {
        let slot = self.reservations.find(id).ok_or(Refusal::NotFound)?;
        let visible = self.is_of(self.reservations.at(slot).buyer, buyer);
        if visible { Ok(slot) } else { Err(Refusal::NotFound) }
    }

    fn is_of(&self, owner: Slot, buyer: Option<&BuyerId>) -> bool {
        buyer.is_none_or(|buyer| self.buyers.id(owner) == buyer)
    }
}
