//! Snapshots: a shard's state as it was at one moment, as bytes and back.
//!
//! Capturing takes pointers to groups of pages and nothing else, so that encoding can go on in another thread while the shard works.
//! Loading rebuilds whatever follows from the records, and checks the content hash.

mod audit;
mod capture;
mod chunks;
mod error;
mod format;
mod load;
mod restore;
mod rows;
mod views;

pub use audit::{
    FIRST_MAX, Fault, First, Mismatch, OpenAlarm, OpenAlarms, PaymentAudit, Payments, ProductAudit, Takings,
};
pub use capture::Capture;
pub use error::Error;
pub use load::Loader;
