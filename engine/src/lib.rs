//! The deterministic core of flashsale.

pub mod codec;
