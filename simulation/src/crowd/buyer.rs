//! A buyer: reserves, and then pays, cancels, looks, or forgets about it.

use engine::command::{Cancel, Confirm, Purchase, Reserve};
use engine::saga::Means;
use engine::view::{ReservationStatus, ReservationView};
use engine::{Answer, BuyerId, Command, Money, OrderId, Query, ReservationId, Scope, Settled};
use futures_util::future::join;
use raft::shard::request::Ask;

use super::asker::Asker;
use super::payer::Payer;
use super::shelf::{Product, price};
use crate::machine::Said;

/// Shops until the shop closes.
pub(super) async fn shop(asker: Asker, number: u64) {
    let buyer = Buyer { id: format!("b{number}").parse().expect("a buyer's id"), asker };
    buyer.asker.pause(0, 500).await;
    let mut deals = 0;
    while buyer.asker.is_open() {
        if buyer.asker.town.shelf.stocked.get() {
            deals += 1;
            buyer.deal(deals).await;
        }
        buyer.asker.pause(50, 900).await;
    }
}

struct Buyer {
    id: BuyerId,
    asker: Asker,
}

impl Buyer {
    async fn deal(&self, number: u64) {
        let town = std::rc::Rc::clone(&self.asker.town);
        // Now and then all come at once, for the same thing.
        let rushes = self.asker.chance.percent(30);
        let product = if rushes {
            self.asker.next_second().await;
            &town.shelf.products[0]
        } else {
            self.asker.chance.pick(&town.shelf.products)
        };
        if self.asker.chance.percent(15) {
            let look = Ask::Query(Query::Product(product.id.clone()));
            self.asker.send(product.shard, &look).await;
            return;
        }
        let Some(view) = self.reserve(product, number).await else { return };
        let reservation = view.id;
        if let Some(bank) = town.bank.as_ref().filter(|_| product.is_paid_there()) {
            let payer = Payer { asker: &self.asker, bank, buyer: &self.id, shard: product.shard };
            let may_pay = view.status == ReservationStatus::Held || payer.follow(reservation).await;
            if may_pay && self.asker.chance.percent(80) {
                return payer.pay(reservation).await;
            }
        }
        if view.status != ReservationStatus::Held {
            return;
        }
        match self.asker.chance.below(10) {
            0..=3 => self.confirm(product, reservation).await,
            4..=5 => self.cancel(product, reservation).await,
            6..=7 => self.look(product, reservation).await,
            _ => {}
        }
    }

    async fn reserve(&self, product: &Product, number: u64) -> Option<Box<ReservationView>> {
        let chance = &self.asker.chance;
        let quantity = u32::try_from(chance.within(1..=3)).expect("a small number");
        let has_key = chance.percent(85);
        let scope = Scope {
            principal: self.id.to_string(),
            route: format!("POST /v1/products/{}/reservations", product.id),
            key: format!("{}-{number}", self.id),
        };
        let scope = has_key.then_some(scope);
        let means = self.means(product);
        let ask = |quantity| Ask::Command(self.attempt(product, quantity, means.as_ref()), scope.clone());
        let settled = if scope.is_none() {
            match self.send_and_look(product, &ask(quantity)).await {
                Said::Settled(settled) => settled,
                // Without a key nobody can find out: whoever asked has to live with it.
                _ => return None,
            }
        } else if chance.percent(15) {
            let asked = || ask(quantity);
            let twins =
                join(self.asker.settle(product.shard, asked), self.asker.settle(product.shard, asked));
            let (one, other) = twins.await;
            one.or(other)?
        } else {
            self.asker.settle(product.shard, || ask(quantity)).await?
        };
        if has_key && chance.percent(10) {
            let other = chance.percent(40);
            self.asker.settle(product.shard, || ask(quantity + u32::from(other))).await;
        }
        let Settled::Done { answer: Answer::Reservation(view), .. } = settled else { return None };
        Some(view)
    }

    /// Sends once, and looks meanwhile whether it is there already.
    async fn send_and_look(&self, product: &Product, ask: &Ask) -> Said {
        let Ask::Command(command, _) = ask else { return self.asker.send(product.shard, ask).await };
        let reservation = command.attempt().map(|attempt| attempt.reserve.reservation);
        let looks = async {
            for _ in 0..self.asker.chance.below(4) {
                self.asker.pause(0, 20).await;
                let look = reservation.map(|id| Ask::Query(Query::Reservation(id, Some(self.id.clone()))));
                if let Some(look) = look {
                    self.asker.send(product.shard, &look).await;
                }
            }
        };
        let (said, ()) = join(self.asker.send(product.shard, ask), looks).await;
        said
    }

    /// With what a buyer pays who reserves and pays in one step.
    fn means(&self, product: &Product) -> Option<Means> {
        let bank = self.asker.town.bank.as_ref().filter(|_| product.is_paid_there())?;
        let payer = Payer { asker: &self.asker, bank, buyer: &self.id, shard: product.shard };
        self.asker.chance.percent(30).then(|| payer.means())
    }

    fn attempt(&self, product: &Product, quantity: u32, means: Option<&Means>) -> Command {
        let (millis, random) = (self.asker.millis(), self.asker.chance.next());
        let reserve = Reserve {
            reservation: ReservationId::new(product.shard, millis, random),
            order: OrderId::new(product.shard, millis, random),
            product: product.id.clone(),
            buyer: self.id.clone(),
            quantity,
            reference: None,
            purchase: false,
        };
        match means {
            Some(means) => Command::Purchase(Box::new(Purchase { reserve, means: means.clone() })),
            None => Command::Reserve(reserve),
        }
    }

    async fn confirm(&self, product: &Product, reservation: ReservationId) {
        self.asker.pause(0, 3_000).await;
        let chance = &self.asker.chance;
        let paid = Money { amount: price().amount * chance.within(1..=3), ..price() };
        let order = OrderId::new(product.shard, self.asker.millis(), chance.next());
        let payment = format!("pay-{reservation}").parse().expect("a reference");
        let confirm = Confirm { reservation, buyer: None, order, payment, paid };
        let ask = || Ask::Command(Command::Confirm(confirm.clone()), None);
        self.asker.settle(product.shard, ask).await;
    }

    async fn cancel(&self, product: &Product, reservation: ReservationId) {
        self.asker.pause(0, 2_000).await;
        let cancel = Cancel { reservation, buyer: Some(self.id.clone()) };
        self.asker.settle(product.shard, || Ask::Command(Command::Cancel(cancel.clone()), None)).await;
    }

    async fn look(&self, product: &Product, reservation: ReservationId) {
        for _ in 0..3 {
            self.asker.pause(0, 2_500).await;
            let look = Ask::Query(Query::Reservation(reservation, Some(self.id.clone())));
            self.asker.send(product.shard, &look).await;
        }
    }
}
