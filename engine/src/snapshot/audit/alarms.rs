//! The open alarms one by one, so that somebody can look at each.

use bincode::{Decode, Encode};

use super::First;
use crate::state::order::Order;
use crate::state::saga::Saga;
use crate::vocabulary::id::ReservationId;
use crate::vocabulary::text::{IntentId, ProductId};
use crate::vocabulary::view::Alarms;

/// A payment that somebody has to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct OpenAlarm {
    /// Of which reservation.
    pub reservation: ReservationId,
    /// Which try to pay it, from 1.
    pub attempt: u8,
    /// Of which product.
    pub product: ProductId,
    /// What the provider calls it.
    pub intent: Option<IntentId>,
}

/// The open alarms of each kind of [`Alarms`]. A payment can be in more than one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct OpenAlarms {
    /// Payments whose units were given back, and of which it is not known that they are dead.
    pub unsettled: First<OpenAlarm>,
    /// Payments that were taken although they were to be cancelled, and whose money is not back yet.
    pub compensating: First<OpenAlarm>,
    /// Orders whose money was held and could not be taken.
    pub capture_failed: First<OpenAlarm>,
    /// Orders whose units went back on sale with a refund that the bank returned later.
    pub refund_returned: First<OpenAlarm>,
}

impl OpenAlarms {
    /// How many there are of each kind.
    pub fn counts(&self) -> Alarms {
        Alarms {
            unsettled: self.unsettled.count,
            compensating: self.compensating.count,
            capture_failed: self.capture_failed.count,
            refund_returned: self.refund_returned.count,
        }
    }

    /// Adds those of another shard.
    pub fn append(&mut self, others: OpenAlarms) {
        self.unsettled.append(others.unsettled);
        self.compensating.append(others.compensating);
        self.capture_failed.append(others.capture_failed);
        self.refund_returned.append(others.refund_returned);
    }

    /// An order of `product`.
    pub(super) fn add_order(&mut self, order: &Order, product: &ProductId) {
        if let Some(charge) = order.charge.as_ref().filter(|_| order.refund_returned()) {
            let (product, intent) = (product.clone(), Some(charge.intent.clone()));
            let (reservation, attempt) = (order.reservation, charge.attempt);
            self.refund_returned.add(OpenAlarm { reservation, attempt, product, intent });
        }
    }

    /// The payments of a reservation of `product`.
    pub(super) fn add_saga(&mut self, saga: &Saga, product: &ProductId) {
        for (attempt, one) in saga.numbered() {
            // A refund that was returned is told by the order, which outlives its payment.
            let Alarms { unsettled, compensating, capture_failed, refund_returned: _ } = one.alarms();
            let kinds = [
                (unsettled, &mut self.unsettled),
                (compensating, &mut self.compensating),
                (capture_failed, &mut self.capture_failed),
            ];
            for (_, alarms) in kinds.into_iter().filter(|(count, _)| *count > 0) {
                let (product, intent) = (product.clone(), one.intent.clone());
                alarms.add(OpenAlarm { reservation: saga.reservation, attempt, product, intent });
            }
        }
    }
}
