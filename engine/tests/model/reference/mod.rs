//! The reference model: a shop as the documents describe it, in plain maps and lists.
//!
//! It is written from `docs/api.md` and the docstrings of the vocabulary, and shares nothing with the engine but the words.
//! Nothing that follows from something else is kept: units, allowances and what went back of an order are counted anew
//! whenever they are asked for, deadlines are looked for among all that is there, and a refusal is chosen among all that
//! hold. It is slow, and meant to be obvious.

mod attempts;
mod findings;
mod holds;
mod memory;
mod objections;
mod orders;
mod payments;
mod products;
mod refunds;
mod reports;
mod sends;
mod shop;
mod spans;
mod things;
mod time;
mod tries;
mod views;

pub(crate) use findings::Leads;
pub(crate) use sends::Sent;
pub(crate) use shop::Shop;
pub(crate) use things::{Paid, Reservation};
pub(crate) use tries::{Stage, Try};
