//! The books: what every account has, kept in memory and in the ledger.
//!
//! All state changes are [`Change`]s: the object as it is afterwards. A [`Step`] makes them for one request or one
//! thing that fell due; the ledger keeps them, and at the next start they are applied again in the same order.

mod account;
mod change;
mod delivery;
mod due;
mod orders;
mod shelf;
mod step;

pub(crate) use account::AccountBook;
pub(crate) use change::{Change, Entry};
pub(crate) use delivery::Delivery;
pub(crate) use due::{Due, settle};
pub(crate) use orders::Orders;
pub(crate) use shelf::{Object, Shelf};
pub(crate) use step::{Counters, Step, Writ};
