//! The gate: whether a payment by the provider is let in, seeing that the provider takes only so many a second.

use std::sync::Arc;

use engine::limits::PROVIDER_GRACE;
use engine::{AccountName, Command, LogTime, Query, Shard, Span};

/// Knows how much waits for the provider's accounts on this node.
pub trait Gate: Send + Sync {
    /// Whether a payment that begins now at `account` is served within `within`. If so, it counts from now on.
    fn admits(&self, account: &AccountName, within: Span) -> bool;
}

/// Lets everything in: for a node that has no provider to look after.
#[derive(Clone, Copy, Debug, Default)]
pub struct Open;

impl Gate for Open {
    fn admits(&self, _account: &AccountName, _within: Span) -> bool {
        true
    }
}

/// A gate that many shards share.
pub type SharedGate = Arc<dyn Gate>;

/// The account that a command wants to pay at, and how long the payment may take: until its units are given back in any
/// case. What the engine will refuse anyway is none of the gate's business.
pub(super) fn wanted<'c>(
    engine: &Shard,
    command: &'c Command,
    now: LogTime,
) -> Option<(&'c AccountName, Span)> {
    match command {
        Command::Pay(pay) => {
            let query = Query::Reservation(pay.reservation, pay.buyer.clone());
            let Ok(engine::Answer::Reservation(reservation)) = engine.query(&query) else { return None };
            Some((&pay.means.account, reservation.expires_at.after(PROVIDER_GRACE).since(now)))
        }
        Command::Purchase(purchase) => {
            let product = engine.product(&purchase.reserve.product)?;
            let hold = product.description.hold;
            Some((&purchase.means.account, Span(hold.0.saturating_add(PROVIDER_GRACE.0))))
        }
        _ => None,
    }
}
