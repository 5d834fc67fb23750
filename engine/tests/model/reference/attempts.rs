//! Attempts to reserve, alone or with a payment.

use engine::command::Reserve;
use engine::view::ReservationStatus;
use engine::{Done, Field, Money, PaymentMode, ProductId, Refusal, Status};

use super::objections::Objections;
use super::orders;
use super::shop::Shop;
use super::spans::later;
use super::things::{Paid, Reservation};
use super::tries::Try;

impl Shop {
    /// All that stands in the way of an attempt, which `has_means` to pay or not.
    pub(crate) fn against_attempt(
        &self,
        reserve: &Reserve,
        has_means: bool,
        has_key: bool,
        against: &mut Objections,
    ) {
        let no_room = has_key && !self.has_room_for_answers(&reserve.buyer);
        against.add_if(no_room, Refusal::TooManyKeys);
        let is_wrong = reserve.quantity == 0 || reserve.quantity > 1_000_000;
        against.add_if(is_wrong, Refusal::Invalid(Field::Quantity));
        let Some(product) = self.products.get(&reserve.product) else {
            return against.add(Refusal::NotFound);
        };
        let mode = product.description.payment;
        let lacks_means = reserve.purchase && !has_means && mode == PaymentMode::Provider;
        against.add_if(lacks_means, Refusal::Invalid(Field::PaymentMethod));
        self.against_window(&reserve.product, against);
        self.against_limits(reserve, against);
        let available = self.available(&reserve.product);
        let may_return = self.held(&reserve.product) > 0;
        let is_short = available < u64::from(reserve.quantity);
        against.add_if(is_short, Refusal::SoldOut { available, may_return });
        self.against_state(reserve, has_means, against);
    }

    fn against_window(&self, id: &ProductId, against: &mut Objections) {
        let product = &self.products[id];
        let opens_at = product.description.opens_at;
        let is_over = product.description.closes_at.is_some_and(|closes_at| self.now >= closes_at);
        against.add_if(self.now < opens_at, Refusal::SaleNotStarted { opens_at });
        against.add_if(product.paused, Refusal::SalePaused);
        against.add_if(product.archived || is_over, Refusal::SaleEnded);
    }

    fn against_limits(&self, reserve: &Reserve, against: &mut Objections) {
        let description = &self.products[&reserve.product].description;
        let is_it = |id: &ProductId| *id == reserve.product;
        let is_of_group = |id: &ProductId| id.group() == reserve.product.group();
        let exceeds = |limit: u32, units: u64| units + u64::from(reserve.quantity) > u64::from(limit);
        let limit = description.max_per_buyer;
        if exceeds(limit, self.units(&reserve.buyer, is_it)) {
            let live = self.live(&reserve.buyer, is_it);
            against.add(Refusal::LimitReached { limit, in_group: false, live });
        }
        if let Some(limit) = description.max_per_buyer_in_group
            && exceeds(limit, self.units(&reserve.buyer, is_of_group))
        {
            let live = self.live(&reserve.buyer, is_of_group);
            against.add(Refusal::LimitReached { limit, in_group: true, live });
        }
    }

    fn against_state(&self, reserve: &Reserve, has_means: bool, against: &mut Objections) {
        let mode = self.products[&reserve.product].description.payment;
        let wants_order = reserve.purchase || has_means;
        let gets_order = mode == PaymentMode::None || (mode == PaymentMode::Provider && has_means);
        if wants_order && !gets_order {
            let status = self.product_status(&reserve.product);
            against.add(Refusal::Conflict(Status::PaidOtherwise(status, mode)));
        }
        if let Some(known) = self.reservations.get(&reserve.reservation) {
            against.add(Refusal::Conflict(Status::Reservation(known.status)));
        }
        if gets_order {
            orders::against_id(self, reserve.order, against);
        }
    }

    /// Holds the units, begins to pay them, or makes the order where nothing is to be paid.
    pub(crate) fn attempt(&mut self, reserve: &Reserve, has_means: bool) -> Done {
        let id = reserve.reservation;
        let description = &self.products[&reserve.product].description;
        let (mode, hold) = (description.payment, description.hold);
        let price = description.price;
        let amount = price.amount * u64::from(reserve.quantity);
        let one = Reservation {
            product: reserve.product.clone(),
            buyer: reserve.buyer.clone(),
            quantity: reserve.quantity,
            price: Money { amount, ..price },
            reference: reserve.reference.clone(),
            status: ReservationStatus::Held,
            created_at: self.now,
            expires_at: later(self.now, hold.0),
            order: None,
            tries: Vec::new(),
            seen: Vec::new(),
            kept_until: self.now,
        };
        self.reservations.insert(id, one);
        if self.products_of(&reserve.buyer) > 8 {
            self.used.push("a buyer has more than eight products".into());
        }
        if mode == PaymentMode::None {
            self.make_order(id, reserve.order, Paid::Nothing);
            return Done::Ordered(id);
        }
        if !has_means {
            return Done::Reserved(id);
        }
        self.begin_payment(id, Try::new(reserve.order))
    }
}
