//! What the demonstration will do.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use simulator::Script;

use super::{Args, Error};
use crate::up::Terms;

/// How many buyers come for each unit at least: not everyone who is granted a unit pays for it.
const BUYERS_PER_UNIT: u32 = 5;

/// What goes wrong at the provider.
const FAULTS: &str = r#"
[[fault]]
kind = "reset_before"
probability = 0.01
[[fault]]
kind = "reset_after"
probability = 0.02
[[fault]]
kind = "conflict"
probability = 0.01
[[fault]]
kind = "lock_timeout"
probability = 0.01
[[fault]]
kind = "error_after"
probability = 0.01
[[fault]]
kind = "delay_before"
probability = 0.05
milliseconds = 150
[[fault]]
kind = "webhook_drop"
probability = 0.05
[[fault]]
kind = "webhook_duplicate"
probability = 0.05
"#;

/// What the demonstration will do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) stock: u32,
    pub(super) buyers: u32,
    pub(super) kill: bool,
    pub(super) seed: u64,
}

impl Plan {
    /// What is sold.
    pub(super) const PRODUCT: &'static str = "demo-sneaker";
    /// What one unit costs, in minor units.
    pub(super) const PRICE: u64 = 12_900;
    pub(super) const CURRENCY: &'static str = "usd";
    /// Short, so that what is abandoned comes back while the sale is on.
    pub(super) const HOLD: Duration = Duration::from_secs(3);
    /// In how many seconds one account of the provider can take all payments.
    const PAID_WITHIN_SECS: u32 = 60;
    /// How many attempts are under way at most, over all nodes.
    pub(super) const CONCURRENCY: usize = 192;
    /// How long the whole sale may take.
    pub(super) const SALE_MAX: Duration = Duration::from_secs(120);

    /// What the arguments ask for.
    pub(super) fn of(args: &Args) -> Result<Plan, Error> {
        let least = args.stock.saturating_mul(BUYERS_PER_UNIT);
        if args.buyers < least {
            return Err(Error::TooFewBuyers { buyers: args.buyers, stock: args.stock, least });
        }
        // Short enough to be typed again.
        let seed = args.seed.unwrap_or_else(|| RandomState::new().hash_one(args.buyers) % 1_000_000);
        Ok(Plan { stock: args.stock, buyers: args.buyers, kill: !args.no_kill_leader, seed })
    }

    /// A provider that misbehaves at a low rate, and whose accounts take what this sale needs within a minute.
    pub(super) fn terms(&self) -> Result<Terms, Error> {
        let faults = Script::parse(&format!("seed = {}\n{FAULTS}", self.seed));
        let usual = Terms::default();
        let needed = self.stock / Plan::PAID_WITHIN_SECS;
        let per_endpoint = usual.per_endpoint.max(needed);
        let faults = faults.map_err(|source| Error::Faults { source })?;
        Ok(Terms { faults, per_endpoint, per_second: usual.per_second.max(per_endpoint * 4) })
    }
}
