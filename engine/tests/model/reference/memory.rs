//! Idempotency keys: what was done under them is told again for a day.

use engine::{AccountName, Answer, BuyerId, Command, Done, Scope};

use super::shop::Shop;
use super::spans::{DAY, later};
use super::things::Remembered;

/// How many answers are remembered for one buyer.
const ANSWERS_MOST: usize = 1_000;

impl Shop {
    pub(crate) fn recall(&self, scope: &Scope) -> Option<&Remembered> {
        self.remembered.iter().find(|remembered| remembered.scope == *scope)
    }

    pub(crate) fn has_room_for_answers(&self, buyer: &BuyerId) -> bool {
        let theirs = self.remembered.iter().filter(|remembered| remembered.buyer.as_ref() == Some(buyer));
        theirs.count() < ANSWERS_MOST
    }

    /// Remembers what was done under a key. What ends or confirms a hold is done even if there is no room for its answer.
    pub(crate) fn remember(&mut self, scope: &Scope, command: &Command, done: &Done, answer: &Answer) {
        let buyer = self.buyer_of(done);
        if buyer.as_ref().is_some_and(|buyer| !self.has_room_for_answers(buyer)) {
            return self.used.push("no room for an answer".into());
        }
        if let Some(one) = reservation_of(done).and_then(|id| self.reservations.get_mut(&id))
            && !one.status.is_live()
        {
            one.kept_until = later(self.now, DAY);
        }
        self.remembered.push(Remembered {
            scope: scope.clone(),
            meaning: meaning(command),
            at: self.now,
            buyer,
            done: done.clone(),
            answer: answer.clone(),
        });
    }

    fn buyer_of(&self, done: &Done) -> Option<BuyerId> {
        let order = match done {
            Done::Refunded(id) | Done::RefundBegun(id) => Some(self.refunds[id].order),
            _ => None,
        };
        let of_order = order.map(|id| self.orders[&id].buyer.clone());
        of_order.or_else(|| Some(self.reservations[&reservation_of(done)?].buyer.clone()))
    }
}

/// The reservation that something was done to.
pub(crate) fn reservation_of(done: &Done) -> Option<engine::ReservationId> {
    match done {
        Done::Reserved(id)
        | Done::Ordered(id)
        | Done::Cancelled(id)
        | Done::Confirmed(id)
        | Done::Released(id)
        | Done::ReleasedToExpired(id)
        | Done::CheckedOut { reservation: id, .. }
        | Done::PaymentBegun { reservation: id, .. } => Some(*id),
        Done::Internal
        | Done::Product { .. }
        | Done::Adjusted(_)
        | Done::Refunded(_)
        | Done::RefundBegun(_) => None,
    }
}

/// What a request asks for: all of it but what the gateway adds, which are the ids that it makes and a payment's account.
pub(crate) fn meaning(command: &Command) -> String {
    let any = || AccountName::new("any").expect("well formed");
    let mut command = command.clone();
    match &mut command {
        Command::Reserve(reserve) => (reserve.reservation, reserve.order) = Default::default(),
        Command::Purchase(purchase) => {
            purchase.means.account = any();
            (purchase.reserve.reservation, purchase.reserve.order) = Default::default();
        }
        Command::Pay(pay) => (pay.order, pay.means.account) = (Default::default(), any()),
        Command::Confirm(confirm) => confirm.order = Default::default(),
        Command::AdjustStock(adjust) => adjust.id = Default::default(),
        Command::Refund(refund) => refund.id = Default::default(),
        _ => {}
    }
    format!("{command:?}")
}
