//! Money at the provider that our sales do not account for: perhaps a difference, perhaps just being carried out.

use engine::OrderId;

use super::books::Standing;
use super::sale::{Sale, Taken};
use crate::client::Intent;

/// An intent with money that is to be held against our books as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    /// The reservation that it was made for.
    pub(super) reservation: String,
    /// For which try of it, if it says so.
    attempt: Option<u8>,
    /// The order that it was made for and that is cancelled.
    pub(super) order: Option<OrderId>,
}

impl Doubt {
    pub(super) fn about(intent: &Intent, reservation: String, order: Option<OrderId>) -> Doubt {
        let attempt = intent.metadata("try").and_then(|attempt| attempt.parse().ok());
        Doubt { reservation, attempt, order }
    }

    /// What is left of it by our books: nothing if they know of this payment, and it is being carried out or undone, or is the
    /// one of an order that stands.
    pub(super) fn remains(self, intent: &Intent, standing: &Standing) -> Option<Doubt> {
        match standing {
            Standing::UnderWay { attempt } => self.attempt.is_some_and(|own| own != *attempt).then_some(self),
            Standing::Sold(sale) if *sale.intent == *intent.id => {
                let Sale { order, taken, .. } = sale;
                (*taken == Taken::Failed).then_some(Doubt { order: Some(*order), ..self })
            }
            Standing::Sold(_) | Standing::Over => Some(self),
        }
    }
}
