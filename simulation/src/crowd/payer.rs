//! Paying by the provider: a card after the other, until one is taken.

use bytes::Bytes;
use engine::command::Pay;
use engine::saga::Means;
use engine::view::ReservationStatus;
use engine::{Answer, BuyerId, Command, NextAction, OrderId, Query, ReservationId, Scope, Settled, ShardId};
use http::Request;
use payment::client::Transport;
use raft::shard::request::Ask;

use super::asker::Asker;
use crate::bank::Bank;
use crate::machine::Said;

/// Cards, and how many of a hundred buyers try each.
const CARDS: [(&str, u64); 6] = [
    ("pm_card_visa", 60),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", 12),
    ("pm_card_authenticationRequired", 12),
    ("pm_card_threeDSecureRequiredChargeDeclined", 4),
    ("pm_card_refundFail", 6),
    ("pm_card_pendingRefund", 6),
];
/// How many cards somebody tries.
const TRIES_MAX: u64 = 3;
/// How often somebody looks whether the payment is through.
const LOOKS_MAX: u32 = 30;
/// So many of a hundred do not answer when the bank asks who they are.
const ABANDON_PERCENT: u64 = 4;
/// So many of a hundred want to cancel while the payment is under way.
const REGRET_PERCENT: u64 = 6;
/// How large a page of the bank may be.
const PAGE_MAX: usize = 1 << 16;

/// Somebody who pays.
pub(super) struct Payer<'a> {
    pub(super) asker: &'a Asker,
    pub(super) bank: &'a Bank,
    pub(super) buyer: &'a BuyerId,
    pub(super) shard: ShardId,
}

/// What a try came to.
enum Paid {
    Through(OrderId),
    Declined,
    /// It is over, or nobody waits for it any more.
    Over,
}

impl Payer<'_> {
    /// How a card is named to the shop.
    pub(super) fn means(&self) -> Means {
        let mut draw = self.asker.chance.below(100);
        let card = CARDS.iter().find(|(_, share)| {
            let is_drawn = draw < *share;
            draw = draw.saturating_sub(*share);
            is_drawn
        });
        let (method, _) = card.expect("the shares come to a hundred");
        Means {
            account: self.bank.account_of(self.buyer),
            method: method.parse().expect("a card"),
            return_url: Some("http://127.0.0.1:9/back".parse().expect("an address")),
        }
    }

    /// Pays a reservation that is held.
    pub(super) async fn pay(&self, reservation: ReservationId) {
        for number in 1..=TRIES_MAX {
            self.asker.pause(0, 1_500).await;
            let pay = Pay {
                reservation,
                buyer: Some(self.buyer.clone()),
                order: OrderId::new(self.shard, self.asker.millis(), self.asker.chance.next()),
                means: self.means(),
            };
            let scope = Scope {
                principal: self.buyer.to_string(),
                route: format!("POST /v1/reservations/{reservation}/payment"),
                key: format!("pay-{number}"),
            };
            let ask = || Ask::Command(Command::Pay(Box::new(pay.clone())), Some(scope.clone()));
            let settled = self.asker.settle(self.shard, ask).await;
            if !matches!(settled, Some(Settled::Done { .. })) {
                return;
            }
            if !self.follow(reservation).await {
                return;
            }
        }
    }

    /// Follows a payment that has begun; whether another card may be tried.
    pub(super) async fn follow(&self, reservation: ReservationId) -> bool {
        match self.end_of(reservation).await {
            Paid::Through(order) => {
                self.asker.town.orders.borrow_mut().push(order);
                false
            }
            Paid::Declined => true,
            Paid::Over => false,
        }
    }

    async fn end_of(&self, reservation: ReservationId) -> Paid {
        let chance = &self.asker.chance;
        let (mut has_answered, mut regrets) =
            (chance.percent(ABANDON_PERCENT), chance.percent(REGRET_PERCENT));
        for _ in 0..LOOKS_MAX {
            self.asker.pause(100, 900).await;
            if std::mem::take(&mut regrets) {
                let cancel = engine::command::Cancel { reservation, buyer: Some(self.buyer.clone()) };
                let ask = Ask::Command(Command::Cancel(cancel), None);
                self.asker.send(self.shard, &ask).await;
            }
            let look = Ask::Query(Query::Reservation(reservation, Some(self.buyer.clone())));
            let said = self.asker.send(self.shard, &look).await;
            let Said::Settled(Settled::Done { answer: Answer::Reservation(view), .. }) = said else {
                continue;
            };
            match (view.status, view.order, view.payment) {
                (ReservationStatus::Paid, Some(order), _) => return Paid::Through(order),
                (ReservationStatus::Held, ..) => return Paid::Declined,
                (ReservationStatus::Paying, _, Some(payment)) => {
                    if let Some(action) = payment.next_action.filter(|_| !has_answered) {
                        has_answered = self.prove(&action).await;
                    }
                }
                (ReservationStatus::Paying, ..) => {}
                _ => return Paid::Over,
            }
        }
        Paid::Over
    }

    /// Tells the bank who is there; whether it has heard.
    async fn prove(&self, action: &NextAction) -> bool {
        let action: serde_json::Value = serde_json::from_str(action).expect("the provider's action is JSON");
        let Some(page) = action["redirect_to_url"]["url"].as_str() else { return true };
        let outcome = if self.asker.chance.percent(80) { "outcome=succeed" } else { "outcome=fail" };
        let request = Request::post(page)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from_static(outcome.as_bytes()))
            .expect("the provider's own address");
        self.bank.line().exchange(request, PAGE_MAX).await.is_ok()
    }
}
