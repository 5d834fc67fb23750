//! Replicas, commands and oracles for the properties.

mod answers;
mod books;
mod provider;
mod replica;
mod shop;
mod turns;

pub(crate) use answers::Answers;
pub(crate) use books::Books;
pub(crate) use replica::Replica;
pub(crate) use shop::{Shop, deeds};
pub(crate) use turns::{Sent, Turn, turns};
