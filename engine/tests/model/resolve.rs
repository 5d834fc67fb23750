//! From moves to commands: which things a move is about, as the shop is when it is made.

use engine::command::{
    ActivateRules, AdjustStock, Cancel, Checkout, Confirm, Found, Pay, Purchase, PutProduct, Release, Reserve,
};
use engine::saga::Means;
use engine::view::ReservationStatus;
use engine::{BuyerId, Command, Description, LogTime, OrderId, PaymentMode, RefundId, ReservationId, Span};

use super::moves::{Amount, Caller, Change, Deed, Id, Past, Pays, Pick, Wish};
use super::names::{self, text};
use super::pick::{nth_newest, picked, picked_reservation};
use super::provider;
use super::reference::{Reservation, Sent, Shop};

pub(crate) const SECRET: [u8; 16] = [9; 16];

/// What was sent so far, and which ids were given out.
#[derive(Default)]
pub(crate) struct Resolver {
    pub(crate) history: Vec<Sent>,
    reservations: u64,
    orders: Vec<OrderId>,
    refunds: u64,
}

impl Resolver {
    /// The command of a deed. A deed that is about nothing there is takes something unknown.
    pub(crate) fn command(&mut self, deed: &Deed, shop: &Shop) -> Command {
        match deed {
            Deed::Found => Command::Found(Found { secret: [7; 16] }),
            Deed::Activate(version) => Command::ActivateRules(ActivateRules { version: *version }),
            Deed::Put(product, change, revision) => put(*product, *change, *revision, shop),
            Deed::Pause(product) => Command::PauseProduct(names::product(*product)),
            Deed::Resume(product) => Command::ResumeProduct(names::product(*product)),
            Deed::Archive(product) => Command::ArchiveProduct(names::product(*product)),
            Deed::Adjust(product, delta) => Command::AdjustStock(AdjustStock {
                id: names::adjustment(self.history.len() as u64),
                product: names::product(*product),
                delta: *delta,
                reason: text("counted again"),
            }),
            Deed::Reserve(wish) => self.reserve(wish, shop),
            Deed::Cancel(pick, by) => {
                let (reservation, buyer) = of(*pick, *by, shop, is_held);
                Command::Cancel(Cancel { reservation, buyer })
            }
            Deed::Checkout(pick, by) => {
                let (reservation, buyer) = of(*pick, *by, shop, is_held);
                Command::Checkout(Checkout { reservation, buyer })
            }
            Deed::Release(pick, by) => {
                let (reservation, buyer) = of(*pick, *by, shop, is_paid_outside);
                Command::Release(Release { reservation, buyer })
            }
            Deed::Confirm(pick, by, order, payment, pays) => {
                let (reservation, buyer) = of(*pick, *by, shop, |one| one.tries.is_empty());
                let price = shop.reservations.get(&reservation).map_or(names::usd(100), |one| one.price);
                let paid = match pays {
                    Pays::Right => price,
                    Pays::TooLittle => names::usd(price.amount.wrapping_sub(1)),
                    Pays::OtherCurrency => engine::Money { currency: text("eur"), ..price },
                };
                let (order, payment) = (self.order(*order), text(&format!("pay-{payment}")));
                Command::Confirm(Confirm { reservation, buyer, order, payment, paid })
            }
            Deed::Pay(pick, by, order, card) => {
                let (reservation, buyer) = of(*pick, *by, shop, is_held);
                let (order, means) = (self.promised(*order, shop), self.means(*card));
                Command::Pay(Box::new(Pay { reservation, buyer, order, means }))
            }
            Deed::Refund(pick, id, amount, restock) => self.refund(*pick, *id, *amount, *restock, shop),
            Deed::Report(pick, attempt, noticed, find) => {
                provider::report(*pick, *attempt, *noticed, *find, shop)
            }
            Deed::ReportRefund(pick, find, is_its) => provider::report_refund(*pick, *find, *is_its, shop),
            Deed::Notice(pick, event, intent) => provider::notice(*pick, *event, *intent, shop),
            Deed::NoticeRefund(pick, event, is_its) => provider::notice_refund(*pick, *event, *is_its, shop),
            Deed::Again(..) => Command::Cancel(Cancel { reservation: names::reservation(0), buyer: None }),
        }
    }

    /// What was sent before, to be sent again at `now`.
    pub(crate) fn again(&mut self, past: Past, is_same: bool, now: LogTime, shop: &Shop) -> Option<Sent> {
        let old = match past {
            Past::Sent(nth) => nth_newest(self.history.len(), nth).map(|at| &self.history[at])?,
            Past::Remembered(nth) => {
                let remembered = shop.remembered.get(usize::from(nth) % shop.remembered.len().max(1))?;
                self.history.iter().rev().find(|sent| sent.key.as_ref() == Some(&remembered.scope))?
            }
        };
        let mut sent = Sent { now, not_after: LogTime::NEVER, ..old.clone() };
        if !is_same {
            self.give_new_ids(&mut sent.command);
        }
        Some(sent)
    }

    fn give_new_ids(&mut self, command: &mut Command) {
        match command {
            Command::Reserve(reserve) => {
                (reserve.reservation, reserve.order) = (self.reservation(Id::Fresh), self.order(Id::Fresh));
            }
            Command::Purchase(purchase) => {
                let ids = (self.reservation(Id::Fresh), self.order(Id::Fresh));
                (purchase.reserve.reservation, purchase.reserve.order) = ids;
                purchase.means.account = text("us");
            }
            Command::Confirm(confirm) => confirm.order = self.order(Id::Fresh),
            Command::Pay(pay) => (pay.order, pay.means.account) = (self.order(Id::Fresh), text("us")),
            Command::Refund(refund) => refund.id = self.refund_id(Id::Fresh),
            _ => {}
        }
    }

    fn reserve(&mut self, wish: &Wish, shop: &Shop) -> Command {
        let product = names::product(wish.product);
        let is_there = shop.products.contains_key(&product) || !names::WIDE.contains(&wish.product);
        let product = if is_there { product } else { names::product(wish.product % 3) };
        let reserve = Reserve {
            reservation: self.reservation(wish.id),
            order: self.promised(wish.order, shop),
            product,
            buyer: names::buyer(wish.buyer),
            quantity: wish.quantity,
            reference: wish.reference.then(|| text("cart-7")),
            purchase: wish.purchase,
        };
        let mode = shop.products.get(&reserve.product).map(|product| product.description.payment);
        let is_in_vain = mode == Some(PaymentMode::External) && !wish.reference;
        match wish.card.filter(|_| !is_in_vain) {
            None => Command::Reserve(reserve),
            Some(card) => Command::Purchase(Box::new(Purchase { reserve, means: self.means(card) })),
        }
    }

    fn refund(&mut self, pick: Pick, id: Id, amount: Amount, restock: bool, shop: &Shop) -> Command {
        let orders = shop.orders.keys().copied().collect::<Vec<_>>();
        let order = picked(&orders, pick).unwrap_or(names::order(0));
        let amount = match amount {
            Amount::All => None,
            Amount::Rest => shop.orders.get(&order).map(|_| shop.rest(order)),
            Amount::Some(amount) => Some(amount),
        };
        let id = self.refund_id(id);
        Command::Refund(engine::command::Refund { id, order, amount, restock })
    }

    fn means(&self, card: u8) -> Means {
        let method = text(["visa", "mastercard"][usize::from(card) % 2]);
        Means { account: text("eu"), method, return_url: None }
    }

    fn reservation(&mut self, id: Id) -> ReservationId {
        if let Id::Known(nth) = id
            && let Some(before) = self.reservations.checked_sub(1 + u64::from(nth))
        {
            return names::reservation(names::FIRST + before);
        }
        self.reservations += 1;
        names::reservation(names::FIRST + self.reservations - 1)
    }

    fn order(&mut self, id: Id) -> OrderId {
        if let Id::Known(nth) = id
            && let Some(at) = nth_newest(self.orders.len(), nth)
        {
            return self.orders[at];
        }
        let order = names::order(names::FIRST + self.orders.len() as u64);
        self.orders.push(order);
        order
    }

    /// The order that a payment is to become; now and then one that another payment is to become.
    fn promised(&mut self, id: Id, shop: &Shop) -> OrderId {
        let tries = shop.reservations.values().flat_map(|one| &one.tries);
        let orders =
            tries.filter(|tried| tried.stage.is_active()).map(|tried| tried.order).collect::<Vec<_>>();
        match id {
            Id::Known(nth) if nth % 2 == 0 => picked(&orders, Pick::Any(nth)),
            _ => None,
        }
        .unwrap_or_else(|| self.order(id))
    }

    fn refund_id(&mut self, id: Id) -> RefundId {
        if let Id::Known(nth) = id
            && let Some(number) = self.refunds.checked_sub(u64::from(nth)).filter(|&number| number > 0)
        {
            return names::refund(number);
        }
        self.refunds += 1;
        names::refund(self.refunds)
    }
}

fn is_held(one: &Reservation) -> bool {
    one.status == ReservationStatus::Held
}

fn is_paid_outside(one: &Reservation) -> bool {
    one.status == ReservationStatus::Paying && one.tries.is_empty()
}

/// A reservation, and in whose name something is done to it.
fn of(
    pick: Pick,
    by: Caller,
    shop: &Shop,
    will_do: fn(&Reservation) -> bool,
) -> (ReservationId, Option<BuyerId>) {
    let id = picked_reservation(pick, shop, |one| one.status.is_live() && will_do(one), |_| true);
    let owner = shop.reservations.get(&id).map_or(names::buyer(0), |one| one.buyer.clone());
    let buyer = match by {
        Caller::Nobody => None,
        Caller::Owner => Some(owner),
        Caller::Other => Some(names::another(&owner)),
    };
    (id, buyer)
}

fn put(product: u8, change: Change, revision: Option<bool>, shop: &Shop) -> Command {
    let product = names::product(product);
    let known = shop.products.get(&product);
    let mut description = known.map_or_else(|| described(&product), |known| known.description.clone());
    let from_now = |millis: i64| LogTime(shop.now.0.saturating_add_signed(millis));
    match change {
        Change::Nothing => {}
        Change::Price(amount) => description.price = names::usd(amount),
        Change::Stock(stock) => description.stock = stock,
        Change::Limit(limit) => description.max_per_buyer = limit,
        Change::GroupLimit(limit) => description.max_per_buyer_in_group = limit,
        Change::Hold(hold) => description.hold = Span(hold),
        Change::Opens(millis) => description.opens_at = from_now(millis),
        Change::Closes(millis) => description.closes_at = millis.map(from_now),
        Change::Mode(0) => description.payment = PaymentMode::External,
        Change::Mode(1) => description.payment = PaymentMode::None,
        Change::Mode(_) => description.payment = PaymentMode::Provider,
        Change::Lanes(lanes) => description.lanes = lanes,
    }
    let now = known.map_or(0, |known| known.revision);
    let if_revision = revision.map(|is_right| if is_right { now } else { now + 1 });
    Command::PutProduct(Box::new(PutProduct { product, description, if_revision }))
}

/// How a product is when it is new.
pub(crate) fn described(product: &str) -> Description {
    Description {
        name: text("A thing"),
        price: names::usd(100),
        stock: 8,
        max_per_buyer: 5,
        max_per_buyer_in_group: product.starts_with("shoe").then_some(6),
        hold: Span(if product == "card" { 600_000 } else { 60_000 }),
        opens_at: LogTime(0),
        closes_at: None,
        payment: match product {
            "slot" => PaymentMode::None,
            "card" | "shoe.44" => PaymentMode::Provider,
            _ => PaymentMode::External,
        },
        lanes: 1,
    }
}
