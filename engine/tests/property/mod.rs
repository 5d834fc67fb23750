//! Replicas, commands and oracles for the properties.

mod answers;
mod books;
mod replica;
mod turns;

pub(crate) use answers::Answers;
pub(crate) use books::Books;
pub(crate) use replica::Replica;
pub(crate) use turns::{Sent, Turn, turns};
