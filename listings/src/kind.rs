//! What reservations and orders have in common for a list.

use bincode::{Decode, Encode};
use engine::view::{OrderStatus, OrderView, ReservationStatus, ReservationView};
use engine::{BuyerId, ProductId};

use crate::place::Place;

/// Something that is listed.
pub(crate) trait Listed: Encode + Decode<()> + Clone {
    /// What tells its rows and indexes from others. Persistent.
    const KIND: u8;
    /// Where it is in its life.
    type Status;

    /// The code of a status. Persistent, so it does not follow the order of the enum by itself.
    fn code(status: Self::Status) -> u8;
    fn id(&self) -> [u8; 16];
    fn place(&self) -> Place;
    fn product(&self) -> &ProductId;
    fn buyer(&self) -> &BuyerId;
    fn status(&self) -> u8;
    /// Whether it is over, so that it is dropped some time later.
    fn is_final(&self) -> bool;
}

impl Listed for ReservationView {
    const KIND: u8 = 1;
    type Status = ReservationStatus;

    fn code(status: ReservationStatus) -> u8 {
        match status {
            ReservationStatus::Held => 0,
            ReservationStatus::Paying => 1,
            ReservationStatus::Paid => 2,
            ReservationStatus::Expired => 3,
            ReservationStatus::Cancelled => 4,
        }
    }

    fn id(&self) -> [u8; 16] {
        self.id.0
    }

    fn place(&self) -> Place {
        Place { created_at: self.created_at, id: self.id.0 }
    }

    fn product(&self) -> &ProductId {
        &self.product
    }

    fn buyer(&self) -> &BuyerId {
        &self.buyer
    }

    fn status(&self) -> u8 {
        ReservationView::code(self.status)
    }

    fn is_final(&self) -> bool {
        !self.status.is_live()
    }
}

impl Listed for OrderView {
    const KIND: u8 = 2;
    type Status = OrderStatus;

    fn code(status: OrderStatus) -> u8 {
        match status {
            OrderStatus::Confirmed => 0,
            OrderStatus::PartiallyRefunded => 1,
            OrderStatus::Refunded => 2,
            OrderStatus::Cancelled => 3,
        }
    }

    fn id(&self) -> [u8; 16] {
        self.id.0
    }

    fn place(&self) -> Place {
        Place { created_at: self.created_at, id: self.id.0 }
    }

    fn product(&self) -> &ProductId {
        &self.product
    }

    fn buyer(&self) -> &BuyerId {
        &self.buyer
    }

    fn status(&self) -> u8 {
        OrderView::code(self.status)
    }

    /// Orders stay.
    fn is_final(&self) -> bool {
        false
    }
}
