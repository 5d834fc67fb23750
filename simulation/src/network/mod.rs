//! The network between nodes: connections like TCP's, over links that delay, lose, cut and reset.

mod connection;
mod dial;
mod link;
mod pipe;
mod traffic;

pub(crate) use dial::{Dialer, address};
pub(crate) use link::{RESENT_AFTER, Weather};
pub(crate) use traffic::{Delivered, Network};
