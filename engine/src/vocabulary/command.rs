//! Commands: what can be proposed to a shard. Ids come in with the command.

use bincode::{Decode, Encode};

use super::id::{AdjustmentId, OrderId, RefundId, ReservationId};
use super::lane::Transfer;
use super::money::Money;
use super::product::Description;
use super::saga::{Means, Report};
use super::text::{
    BuyerId, ConsumerName, IntentId, PaymentReference, ProductId, ProviderEventId, Reason, Reference,
};

/// What is proposed to a shard. The order is part of the persistent format: new ones go to the end.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Command {
    /// Makes an empty shard usable.
    Found(Found),
    /// Changes the rules that later batches are applied by.
    ActivateRules(ActivateRules),
    /// Creates or changes a product.
    PutProduct(Box<PutProduct>),
    /// Stops attempts until resumed.
    PauseProduct(ProductId),
    /// Takes attempts again.
    ResumeProduct(ProductId),
    /// Ends a product for good.
    ArchiveProduct(ProductId),
    /// Adds or takes away units.
    AdjustStock(AdjustStock),
    /// Holds units for a buyer.
    Reserve(Reserve),
    /// Gives a hold back.
    Cancel(Cancel),
    /// Begins a payment outside.
    Checkout(Checkout),
    /// The payment outside succeeded: makes the order.
    Confirm(Confirm),
    /// The payment outside failed or was given up.
    Release(Release),
    /// Gives money back: records a refund that was made outside, or begins one at the provider.
    Refund(Refund),
    /// Begins a payment by the provider.
    Pay(Box<Pay>),
    /// Holds units for a buyer, and begins to pay them by the provider.
    Purchase(Box<Purchase>),
    /// What came of something that the saga wanted done at the provider.
    Report(Report),
    /// The provider told that something happened.
    Notice(Notice),
    /// Creates or changes one lane of a product that has several.
    PutLane(Box<PutLane>),
    /// Units leave a lane for another.
    SendUnits(Transfer),
    /// They arrive there. To be proposed once it is known that they were sent.
    ReceiveUnits(Transfer),
    /// It is known that they arrived. To be proposed once it is.
    SettleUnits(Transfer),
    /// A consumer of the outbox is there: it is told of all events from now on.
    Subscribe(ConsumerName),
    /// A consumer has taken in what was told so far.
    Acknowledge(Acknowledge),
    /// A consumer will not come again.
    Unsubscribe(ConsumerName),
}

impl Command {
    /// What it reserves, if it is an attempt to: with what the leader must know to tell beforehand what comes of it.
    pub fn attempt(&self) -> Option<Attempt<'_>> {
        match self {
            Command::Reserve(reserve) => Some(Attempt::from(reserve)),
            Command::Purchase(purchase) => Some(Attempt { reserve: &purchase.reserve, has_means: true }),
            _ => None,
        }
    }
}

/// An attempt to reserve, alone or as the first half of a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// What is to be reserved.
    pub reserve: &'a Reserve,
    /// Whether it came with a way to pay.
    pub has_means: bool,
}

impl<'a> From<&'a Reserve> for Attempt<'a> {
    fn from(reserve: &'a Reserve) -> Attempt<'a> {
        Attempt { reserve, has_means: false }
    }
}

/// Makes an empty shard usable.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Found {
    /// Keys every hash that outsiders can feed. Random, made by the first leader, the same on every replica.
    pub secret: [u8; 16],
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Found { secret: _ }")
    }
}

/// Changes the rules that later batches are applied by.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ActivateRules {
    /// The version; never lower than the one before.
    pub version: u16,
}

/// Creates or changes a product.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PutProduct {
    /// Which one.
    pub product: ProductId,
    /// How it shall be.
    pub description: Description,
    /// Only if the description's revision is this one; 0: only if there is none yet.
    pub if_revision: Option<u64>,
}

/// Creates or changes one lane of a product that has several. Of the stock that the description tells, each lane has an
/// equal share; what is left over goes to the first, one unit each.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PutLane {
    /// The product as a whole: the same for every lane.
    pub put: PutProduct,
    /// Which lane of it lies here, from 0.
    pub lane: u16,
}

/// Adds or takes away units.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct AdjustStock {
    /// The adjustment's id.
    pub id: AdjustmentId,
    /// Of which product.
    pub product: ProductId,
    /// How many units more, or less.
    pub delta: i64,
    /// Why.
    pub reason: Reason,
}

/// Holds units for a buyer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Reserve {
    /// The id that the reservation gets.
    pub reservation: ReservationId,
    /// The id that the order gets, where the hold becomes one at once.
    pub order: OrderId,
    /// Of which product.
    pub product: ProductId,
    /// For whom.
    pub buyer: BuyerId,
    /// How many units.
    pub quantity: u32,
    /// The shop's own id for it.
    pub reference: Option<Reference>,
    /// The buyer wants the order in the same step and brought nothing to pay with, so only a product without payment
    /// will do.
    pub purchase: bool,
}

/// Gives a hold back.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Cancel {
    /// Which one.
    pub reservation: ReservationId,
    /// Whose it must be, if anyone's in particular.
    pub buyer: Option<BuyerId>,
}

/// Begins a payment outside.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Checkout {
    /// For which reservation.
    pub reservation: ReservationId,
    /// Whose it must be, if anyone's in particular.
    pub buyer: Option<BuyerId>,
}

/// The payment outside succeeded: makes the order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Confirm {
    /// For which reservation.
    pub reservation: ReservationId,
    /// Whose it must be, if anyone's in particular.
    pub buyer: Option<BuyerId>,
    /// The id that the order gets.
    pub order: OrderId,
    /// What the payment is called where it was taken.
    pub payment: PaymentReference,
    /// What was paid: must be what the reservation costs.
    pub paid: Money,
}

/// The payment outside failed or was given up.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Release {
    /// For which reservation.
    pub reservation: ReservationId,
    /// Whose it must be, if anyone's in particular.
    pub buyer: Option<BuyerId>,
}

/// Gives money back. Of an order that the shop took the money for, it records a refund that was made outside; of one
/// that the provider took it for, it begins a refund there.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Refund {
    /// The refund's id.
    pub id: RefundId,
    /// Of which order.
    pub order: OrderId,
    /// How much, in minor units of the order's currency; all that is left if not said.
    pub amount: Option<u64>,
    /// Whether the order's units go back on sale; only with the refund that completes the order's amount.
    pub restock: bool,
}

/// Begins a payment by the provider.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Pay {
    /// For which reservation.
    pub reservation: ReservationId,
    /// Whose it must be, if anyone's in particular.
    pub buyer: Option<BuyerId>,
    /// The id that the order gets.
    pub order: OrderId,
    /// How the buyer wants to pay.
    pub means: Means,
}

/// Holds units for a buyer, and begins to pay them by the provider. Where nothing is to be paid it is an order at once.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Purchase {
    /// What is reserved. Its `purchase` means nothing here.
    pub reserve: Reserve,
    /// How the buyer wants to pay.
    pub means: Means,
}

/// A consumer has taken in what was told so far, or started again from the state as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Acknowledge {
    /// Which one.
    pub consumer: ConsumerName,
    /// Up to this event.
    pub sequence: u64,
}

/// The provider told that something happened: the objects that it names are to be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Notice {
    /// What the provider calls the event, by which a second delivery is known.
    pub event: ProviderEventId,
    /// Which reservation it is about.
    pub reservation: ReservationId,
    /// Which intent it is about, if it says.
    pub intent: Option<IntentId>,
    /// Which refund it is about, if it is about one that we asked for.
    pub refund: Option<RefundId>,
}
