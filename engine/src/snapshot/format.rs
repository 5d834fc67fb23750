//! How a snapshot is written: a header, the records by kind, an end that says how many there were.
//!
//! Records name each other by their place among those of their kind, counted without gaps in the order of writing.
//! What follows from other records is not written. Each section is one chunk, encoded by [`crate::codec`], so a change
//! of layout takes a new format byte there.

use bincode::{Decode, Encode};

use crate::state::lane::Lane;
use crate::state::memory::Act;
use crate::state::order::Charge;
use crate::state::outbox::Page;
use crate::state::refund::Payout;
use crate::state::saga::Saga;
use crate::vocabulary::id::{OrderId, RefundId, ReservationId, ShardId};
use crate::vocabulary::idempotency::Fingerprint;
use crate::vocabulary::money::Money;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::product::{Description, Stock};
use crate::vocabulary::text::{BuyerId, ConsumerName, PaymentReference, ProductId, Reference};
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::{OrderStatus, ReservationStatus};

/// One chunk. [`Section::stage`] has the order in which they are written: what is named comes first. New kinds go to the
/// end of the enum, and are written only if there are any, so a shard without them looks as it always did.
#[derive(Encode, Decode)]
pub(super) enum Section {
    Header(Header),
    Products(Vec<ProductRow>),
    Buyers(Vec<BuyerId>),
    Reservations(Vec<ReservationRow>),
    Orders(Vec<OrderRow>),
    Refunds(Vec<RefundRow>),
    Kept(Vec<Done>),
    Memory(Vec<MemoryRow>),
    End(End),
    Sagas(Vec<Saga>),
    Charges(Vec<ChargeRow>),
    Payouts(Vec<PayoutRow>),
    Lanes(Vec<LaneRow>),
    Consumers(Vec<(ConsumerName, u64)>),
    Outbox(Vec<Page>),
}

/// What is not a record.
#[derive(Encode, Decode)]
pub(super) struct Header {
    pub(super) shard: ShardId,
    pub(super) now: LogTime,
    pub(super) rules: u16,
    pub(super) secret: Option<[u8; 16]>,
    pub(super) sequence: u64,
}

#[derive(Encode, Decode)]
pub(super) struct ProductRow {
    pub(super) id: ProductId,
    pub(super) description: Description,
    pub(super) revision: u64,
    pub(super) stock: Stock,
    pub(super) created_at: LogTime,
    pub(super) paused: bool,
    pub(super) frozen: bool,
    pub(super) archived: bool,
}

/// Which lane the product at this place is of one.
#[derive(Encode, Decode)]
pub(super) struct LaneRow {
    pub(super) product: u32,
    pub(super) lane: Lane,
}

#[derive(Encode, Decode)]
pub(super) struct ReservationRow {
    pub(super) id: ReservationId,
    pub(super) mark: u64,
    pub(super) created_at: LogTime,
    pub(super) price: Money,
    pub(super) reference: Option<Reference>,
    pub(super) product: u32,
    pub(super) buyer: u32,
    pub(super) quantity: u32,
    pub(super) hold: u32,
    pub(super) status: ReservationStatus,
}

#[derive(Encode, Decode)]
pub(super) struct OrderRow {
    pub(super) id: OrderId,
    pub(super) reservation: ReservationId,
    pub(super) reference: Option<Reference>,
    pub(super) payment: Option<PaymentReference>,
    pub(super) created_at: LogTime,
    pub(super) price: Money,
    pub(super) refunded: u64,
    pub(super) product: u32,
    pub(super) buyer: u32,
    pub(super) quantity: u32,
    pub(super) status: OrderStatus,
    pub(super) restocked: bool,
}

/// Whose money the provider takes for the order at this place.
#[derive(Encode, Decode)]
pub(super) struct ChargeRow {
    pub(super) order: u32,
    pub(super) charge: Charge,
}

#[derive(Encode, Decode)]
pub(super) struct RefundRow {
    pub(super) id: RefundId,
    pub(super) created_at: LogTime,
    pub(super) amount: u64,
    pub(super) order: u32,
    pub(super) restock: bool,
}

/// How the refund at this place stands at the provider.
#[derive(Encode, Decode)]
pub(super) struct PayoutRow {
    pub(super) refund: u32,
    pub(super) payout: Payout,
}

#[derive(Encode, Decode)]
pub(super) struct MemoryRow {
    pub(super) key: Fingerprint,
    pub(super) at: LogTime,
    pub(super) subject: u32,
    /// The buyer; none for operators.
    pub(super) owner: Option<u32>,
    pub(super) act: Act,
}

/// How many records of each kind there were, and the state hash. Kinds that came later are not counted: the hash tells.
#[derive(Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct End {
    pub(super) counts: Counts,
    pub(super) hash: u64,
}

#[derive(Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Counts {
    pub(super) products: u64,
    pub(super) buyers: u64,
    pub(super) reservations: u64,
    pub(super) orders: u64,
    pub(super) refunds: u64,
    pub(super) kept: u64,
    pub(super) memory: u64,
}

impl Section {
    /// The place of its kind in a snapshot.
    pub(super) fn stage(&self) -> u8 {
        match self {
            Section::Header(_) => 0,
            Section::Products(_) => 1,
            Section::Lanes(_) => 2,
            Section::Buyers(_) => 3,
            Section::Sagas(_) => 4,
            Section::Reservations(_) => 5,
            Section::Orders(_) => 6,
            Section::Charges(_) => 7,
            Section::Refunds(_) => 8,
            Section::Payouts(_) => 9,
            Section::Kept(_) => 10,
            Section::Memory(_) => 11,
            Section::Consumers(_) => 12,
            Section::Outbox(_) => 13,
            Section::End(_) => 14,
        }
    }
}
