//! How a shard's state lies in memory.
//!
//! Records live in copy-on-write pages and name each other by slot, a number that means nothing outside. What can be
//! rebuilt from the records (indexes, timers, the buyers' counts) lies beside them and is in no snapshot. Nothing here
//! grows in one great step, and nothing observable depends on a slot.

pub(crate) mod agenda;
pub(crate) mod buyer;
pub(crate) mod chain;
pub(crate) mod chunks;
pub(crate) mod digest;
pub(crate) mod directory;
pub(crate) mod keyed;
pub(crate) mod lane;
pub(crate) mod memory;
pub(crate) mod notices;
pub(crate) mod order;
pub(crate) mod outbox;
pub(crate) mod page;
pub(crate) mod pages;
pub(crate) mod product;
pub(crate) mod queue;
pub(crate) mod refund;
pub(crate) mod reservation;
pub(crate) mod saga;
pub(crate) mod sagas;
pub(crate) mod seen;
pub(crate) mod shares;
pub(crate) mod stock;
pub(crate) mod table;
pub(crate) mod timers;

/// Where a record lies in its [`pages::Pages`].
pub(crate) type Slot = u32;

/// The slot of nothing.
pub(crate) const NONE: Slot = Slot::MAX;

/// An invariant does not hold. Whoever finds it changes nothing and freezes the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;
