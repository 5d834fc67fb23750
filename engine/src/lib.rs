//! The deterministic core of flashsale: products, holds, limits, idempotency, payment sagas and orders as one pure state
//! machine.
//!
//! No clock, no randomness, no IO, no threads, and no hash order in anything that is applied, hashed or encoded: the
//! same batches give the same state on every replica. `engine/clippy.toml` holds that line.

pub mod codec;
pub mod lanes;
#[cfg(feature = "planted")]
pub mod planted;
mod shard;
pub mod snapshot;
mod state;
pub mod vocabulary;

pub use shard::{AHEAD, NotTold, Room, Shard};
pub use snapshot::{Capture, Loader, PaymentAudit, ProductAudit, Takings};

pub use vocabulary::batch::{Batch, Proposal, RULES};
pub use vocabulary::command::Command;
pub use vocabulary::event::{Event, Fact};
pub use vocabulary::id::{AdjustmentId, OrderId, RefundId, ReservationId, ShardId};
pub use vocabulary::idempotency::{Fingerprint, Scope};
pub use vocabulary::money::{Currency, Money};
pub use vocabulary::outcome::{Done, Outcome};
pub use vocabulary::product::{Description, PaymentMode, ProductStatus, Stock};
pub use vocabulary::query::{Answer, Query};
pub use vocabulary::refusal::{Field, Refusal, Status};
pub use vocabulary::settled::{Settled, Unsettled};
pub use vocabulary::text::{
    AccountName, BuyerId, ConsumerName, DeclineCode, IntentId, Name, NextAction, PaymentMethod,
    PaymentReference, ProductId, ProviderEventId, ProviderRefundId, Reason, Reference, ReturnUrl,
};
pub use vocabulary::time::{LogTime, Span};
pub use vocabulary::{command, lane, limits, saga, view};
