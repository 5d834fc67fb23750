//! Node-local lists of reservations and orders, newest first, over sled.
//!
//! Everything here is derived: it is taken in from a shard's events, or rebuilt from its state, and nothing that was
//! acknowledged depends on it. So it may lag a little, may be thrown away at any time, and is never waited for.
//!
//! One tree holds rows, indexes and, for each shard, the sequence number of the last event taken in, all written in one
//! batch: after a crash rows and sequence agree, whatever was lost. `key.rs` shows how the keys are laid out.

mod database;
mod directory;
mod error;
mod filter;
mod key;
mod kind;
mod listings;
mod open;
mod options;
mod page;
mod place;
mod rebuild;
mod row;
mod shards;
mod take;
mod write;

pub use error::Error;
pub use filter::{OrderFilter, ReservationFilter};
pub use listings::Listings;
pub use options::Options;
pub use page::{LIMIT_MAX, Page};
