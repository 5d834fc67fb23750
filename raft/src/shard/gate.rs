//! The gate: whether a payment by the provider is let in, seeing that the provider takes only so many a second.

use std::sync::Arc;

use engine::limits::PROVIDER_GRACE;
use engine::view::ReservationStatus;
use engine::{AccountName, Answer, Command, LogTime, Query, Shard, Span};

/// Knows how much waits for the provider's accounts on this node.
pub trait Gate: Send + Sync {
    /// Whether a payment that begins now at `account` is served within `within`. If so, it counts from now on.
    fn admits(&self, account: &AccountName, within: Span) -> bool;

    /// A payment that was let in at `account` will not come, and counts no more: nothing came of the command that wanted it.
    fn forgoes(&self, account: &AccountName);
}

/// Lets everything in: for a node that has no provider to look after.
#[derive(Clone, Copy, Debug, Default)]
pub struct Open;

impl Gate for Open {
    fn admits(&self, _account: &AccountName, _within: Span) -> bool {
        true
    }

    fn forgoes(&self, _account: &AccountName) {}
}

/// A gate that many shards share.
pub type SharedGate = Arc<dyn Gate>;

/// The account that a command wants to pay at, and how long it is until the payment's units are given back whatever became
/// of it: what it waits for its turn does not count towards the time that a payment has once it began. What the engine
/// would refuse as it is now is none of the gate's business, as far as attempts go, and payments of what is not held: nobody
/// is to be told to wait for what will not be, and no place is kept for it.
pub(super) fn wanted<'c>(
    engine: &Shard,
    command: &'c Command,
    has_key: bool,
    now: LogTime,
) -> Option<(&'c AccountName, Span)> {
    let (account, left) = match command {
        Command::Pay(pay) => {
            let query = Query::Reservation(pay.reservation, pay.buyer.clone());
            let Ok(Answer::Reservation(reservation)) = engine.query(&query) else { return None };
            let payable = reservation.status == ReservationStatus::Held && now < reservation.expires_at;
            let until = payable.then(|| reservation.expires_at.after(PROVIDER_GRACE))?;
            (&pay.means.account, until.since(now))
        }
        Command::Purchase(purchase) => {
            engine.consider(command.attempt()?, has_key).ok()?;
            let hold = engine.product(&purchase.reserve.product)?.description.hold;
            (&purchase.means.account, Span(hold.0.saturating_add(PROVIDER_GRACE.0)))
        }
        _ => return None,
    };
    Some((account, left))
}

/// The account of a command that the gate let in.
pub(super) fn account(command: &Command) -> Option<&AccountName> {
    match command {
        Command::Pay(pay) => Some(&pay.means.account),
        Command::Purchase(purchase) => Some(&purchase.means.account),
        _ => None,
    }
}
