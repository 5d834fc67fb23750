//! The server: connections in, and out again in good order.

mod accept;
mod connection;

pub use accept::{Drained, serve};
