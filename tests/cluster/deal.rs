//! Deals: what each buyer asked for, what was acknowledged to them, and what they did with it.

use std::time::Instant;

/// A buyer's attempt, from its first send to the last answer about it.
#[derive(Clone, Debug)]
pub(crate) struct Deal {
    pub(crate) product: String,
    pub(crate) buyer: String,
    pub(crate) key: String,
    /// When the first send began, and when the definite answer was there.
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    pub(crate) sends: u32,
    /// Whether it is unknown what came of a send before the last.
    pub(crate) unsure: bool,
    pub(crate) outcome: Outcome,
    pub(crate) fate: Fate,
}

/// What an attempt came to, as far as the buyer was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Units are held in a reservation.
    Granted { reservation: String, replayed: bool },
    /// A definite refusal, with its code.
    Refused(String),
    /// Nothing definite, to the end.
    Unknown,
}

/// What was acknowledged about a hold after it was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing: it is held.
    Kept,
    Cancelled,
    Paid {
        order: String,
    },
    /// It was paid, and its units went back on sale since: the money could not be taken, or was given back.
    Undone {
        order: String,
    },
    /// A payment is under way, and its buyer has gone.
    Paying,
    /// Its time was up before it was paid.
    Expired,
    /// It was asked for and nothing definite was heard.
    Unknown,
}

impl Deal {
    /// The reservation, if there is one.
    pub(crate) fn reservation(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Granted { reservation, .. } => Some(reservation),
            _ => None,
        }
    }

    /// The order that it became, if it did.
    pub(crate) fn order(&self) -> Option<&str> {
        match &self.fate {
            Fate::Paid { order } | Fate::Undone { order } => Some(order),
            _ => None,
        }
    }

    /// The status that the reservation must have, while its hold lasts.
    pub(crate) fn status(&self) -> Option<&'static str> {
        match self.fate {
            Fate::Kept => Some("held"),
            Fate::Cancelled => Some("cancelled"),
            Fate::Paid { .. } | Fate::Undone { .. } => Some("paid"),
            Fate::Expired => Some("expired"),
            Fate::Paying => Some("paying"),
            Fate::Unknown => None,
        }
    }
}

/// A deal for the unit tests of invariants: told of from the outside, it could have been.
#[cfg(test)]
pub(crate) fn told(buyer: &str, outcome: Outcome, fate: Fate) -> Deal {
    let now = Instant::now();
    Deal {
        product: "shoe".to_owned(),
        buyer: buyer.to_owned(),
        key: format!("key-{buyer}"),
        began: now,
        ended: now,
        sends: 1,
        unsure: false,
        outcome,
        fate,
    }
}

/// A grant for the unit tests of invariants.
#[cfg(test)]
pub(crate) fn granted(reservation: &str) -> Outcome {
    Outcome::Granted { reservation: reservation.to_owned(), replayed: false }
}
