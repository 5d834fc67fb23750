//! Refusals: why a command is not done. They are values, not errors.

use bincode::{Decode, Encode};

use super::id::ReservationId;
use super::product::{PaymentMode, ProductStatus};
use super::time::LogTime;
use super::view::{OrderStatus, ReservationStatus};

/// Why a command is not done, and changed nothing. Declared in order of precedence: where several hold, the first is
/// given.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Refusal {
    /// The shard has not been founded yet, or applies older rules than the command needs.
    NotReady,
    /// Its deadline had passed when it came to be applied: nobody waits for it.
    TooLate,
    /// As many answers are remembered for this buyer as can be.
    TooManyKeys,
    /// A field has a value that this command does not take.
    Invalid(Field),
    /// No such thing, or somebody else's.
    NotFound,
    /// The same key came with another request before.
    KeyReused,
    /// The description's revision is not the one asked for.
    RevisionMismatch {
        /// What it is; 0 if there is no such product.
        revision: u64,
    },
    /// Before `opens_at`.
    SaleNotStarted {
        /// When attempts begin to be taken.
        opens_at: LogTime,
    },
    /// Paused by an operator, or frozen.
    SalePaused,
    /// After `closes_at`, or archived.
    SaleEnded,
    /// The buyer holds or has bought as much as the limit allows.
    LimitReached {
        /// The limit.
        limit: u32,
        /// Whether it is the group's.
        in_group: bool,
        /// The buyer's live reservations that count, at most [`LIVE_NAMED_MAX`](super::limits::LIVE_NAMED_MAX).
        live: Vec<ReservationId>,
    },
    /// Fewer units than asked for are free.
    SoldOut {
        /// How many are.
        available: u64,
        /// Whether any can come back: something is held.
        may_return: bool,
    },
    /// The state of the thing does not allow this.
    Conflict(Status),
    /// The adjustment would cut below what is held and sold.
    StockCommitted {
        /// Units in holds.
        held: u64,
        /// Units in orders.
        sold: u64,
    },
    /// The hold ended before this command.
    ReservationExpired,
}

/// The state that stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Status {
    /// Of a product.
    Product(ProductStatus),
    /// Of a reservation.
    Reservation(ReservationStatus),
    /// Of an order.
    Order(OrderStatus),
    /// A reservation is held, and as many payments for it as there can be were tried: see
    /// [`TRIES_MAX`](super::limits::TRIES_MAX). Only a new reservation can be paid.
    TriesUsedUp,
    /// Of a product, which is paid in another way than this takes.
    PaidOtherwise(ProductStatus, PaymentMode),
    /// Of two lanes: another transfer between them is under way, or was not sent yet.
    OtherTransfer {
        /// The number of the newest that is known here.
        newest: u64,
    },
}

/// A field of a command that a refusal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Field {
    /// The units asked for: 1 to 1,000,000.
    Quantity,
    /// The initial stock: 0 to 1,000,000,000, and in an update what it was.
    Stock,
    /// The price: 0 to 5,000,000,000 minor units.
    Price,
    /// The limit per buyer: at least 1.
    MaxPerBuyer,
    /// The limit per buyer and group: at least 1.
    MaxPerBuyerInGroup,
    /// The hold: 1 to 86,400 seconds.
    HoldSeconds,
    /// The end of the sale: after its start.
    ClosesAt,
    /// Lanes: 1, or 2 to 64 for a product that is put lane by lane; and a lane must be one of them, not the same twice.
    Lanes,
    /// The adjustment, or the units of a transfer: not 0, and not beyond the bounds of a stock.
    Delta,
    /// The amount paid or refunded.
    Amount {
        /// What it must be, or at most be.
        takes: u64,
    },
    /// The currency paid in.
    Currency,
    /// Restock goes only with the refund that completes the order's amount.
    Restock,
    /// The rules' version: supported, and never lower than before.
    Rules,
    /// How many products a shard can have.
    Products,
    /// A purchase of a product that the provider takes the money for needs a payment method.
    PaymentMethod,
    /// How many consumers a shard's outbox can have.
    Consumers,
    /// An event that is acknowledged: one that there was.
    Sequence,
}
