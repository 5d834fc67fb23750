//! Every bound on what a caller can put into a command. A value beyond its bound is refused before it is looked at.

use super::time::Span;

/// The most units that one product can have.
pub const STOCK_MAX: u64 = 1_000_000_000;
/// The most units in one attempt.
pub const QUANTITY_MAX: u32 = 1_000_000;
/// The highest price of one unit, in minor units: with [`QUANTITY_MAX`] a total stays exact in a JSON number (2^53).
pub const AMOUNT_MAX: u64 = 5_000_000_000;
/// The longest hold.
pub const HOLD_MAX: Span = Span::from_secs(86_400);
/// How long after a hold's end a payment that was begun outside may still be confirmed.
pub const EXTERNAL_GRACE: Span = Span::from_secs(15 * 60);
/// The same moment ends a payment by the provider, whatever is known of it by then: its units are given back.
pub const PROVIDER_GRACE: Span = EXTERNAL_GRACE;
/// How long a payment may take at the provider, from its first request on.
pub const PAYMENT_WINDOW: Span = Span::from_secs(120);
/// How often the payment of one reservation may be tried.
pub const TRIES_MAX: u8 = 3;
/// How many of the provider's events are remembered with a saga or a refund, so that a second delivery is known. An
/// event that is forgotten and comes again costs one more look at the provider, and nothing else.
pub const NOTICES_KEPT: usize = 16;
/// How long a refund that arrived is rechecked, and a payment that was given back is still known: a bank may return a
/// refund weeks after it seemed to arrive.
pub const REFUND_WATCH: Span = Span::from_secs(30 * 24 * 3600);
/// How long an answer is remembered for its idempotency key, and a final reservation is kept.
pub const RETENTION: Span = Span::from_secs(24 * 3600);
/// How many answers are remembered for one buyer; one more is `rate_limited`, for nothing is forgotten early.
pub const KEYS_PER_BUYER: u32 = 1_000;
/// The same for all operators of a shard together.
pub const KEYS_PER_SHARD_OF_OPERATORS: u32 = 100_000;
/// How many of a buyer's live reservations a refusal names.
pub const LIVE_NAMED_MAX: usize = 20;
/// The most products that one shard can have.
pub const PRODUCTS_PER_SHARD: usize = 100_000;
/// How many consumers can read a shard's outbox.
pub const CONSUMERS_MAX: usize = 16;
/// How many bytes of events a shard's outbox keeps for consumers that have not acknowledged them: some hundred thousand
/// events. A consumer that falls behind further starts again from the state.
pub const OUTBOX_BYTES_MAX: usize = 32 << 20;
/// On how many shards the stock of one product can lie.
pub const LANES_MAX: u16 = 64;
/// The most commands in one batch.
pub const COMMANDS_PER_BATCH: usize = 8_192;

/// How many timers of a kind may fall due in one batch: what apply does for them stays within a few milliseconds.
pub const DUE_MAX: usize = 5_000;
