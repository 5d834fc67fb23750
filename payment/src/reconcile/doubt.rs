//! What was read of our books and of the ledger and does not agree: perhaps a difference, perhaps just being carried out.

use engine::OrderId;

use super::books::Standing;
use super::sale::{Sale, Taken};
use crate::client::Intent;

/// An intent that is to be held against our books as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It is not as its order says, which was read before it.
    Differs(Box<Sale>),
    /// It has money, and no order that was read.
    Stray(Stray),
}

/// An intent with money that our sales do not account for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stray {
    /// The reservation that it was made for.
    pub(super) reservation: String,
    /// For which try of it, if it says so.
    attempt: Option<u8>,
    /// The order that it was made for and that is cancelled.
    pub(super) order: Option<OrderId>,
}

impl Stray {
    pub(super) fn about(intent: &Intent, reservation: String) -> Stray {
        let attempt = intent.metadata("try").and_then(|attempt| attempt.parse().ok());
        Stray { reservation, attempt, order: None }
    }

    /// What is left of it by our books: nothing if they know of this payment, and it is being carried out or undone, or is the
    /// one of an order that stands. While a try is carried out, those before it may still be undone.
    pub(super) fn remains(self, intent: &Intent, standing: &Standing) -> Option<Stray> {
        match standing {
            Standing::UnderWay { attempt } => self.attempt.is_some_and(|own| own > *attempt).then_some(self),
            Standing::Sold(sale) if *sale.intent == *intent.id => {
                let Sale { order, taken, .. } = sale;
                (*taken == Taken::Failed).then_some(Stray { order: Some(*order), ..self })
            }
            Standing::Sold(_) | Standing::Over => Some(self),
        }
    }
}
