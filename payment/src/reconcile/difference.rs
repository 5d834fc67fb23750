//! Where our books and the provider's differ.

use engine::OrderId;
use engine::vocabulary::text::AccountName;

/// The most differences that are listed; the rest is counted.
const LISTED_MAX: usize = 10_000;

/// Where our books and the provider's differ. Amounts are in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// By our books the money was taken, or is to be; the provider did not and holds none.
    MissingCharge {
        /// The order.
        order: OrderId,
        /// Its intent.
        intent: String,
        /// The intent's status, if the provider has it.
        status: Option<String>,
    },
    /// The provider took money, and did not give it back, for which there is no order.
    ExtraCharge {
        /// At which account.
        account: AccountName,
        /// The intent.
        intent: String,
        /// The reservation that it was made for.
        reservation: String,
        /// How much is kept.
        kept: u64,
    },
    /// The provider holds money on a card that nothing is taken for: there is no order, or it is cancelled.
    HeldCharge {
        /// At which account.
        account: AccountName,
        /// The intent.
        intent: String,
        /// The reservation that it was made for.
        reservation: String,
        /// The order that was cancelled, if there is one.
        order: Option<OrderId>,
        /// How much is held.
        held: u64,
    },
    /// The provider took another amount, or another currency.
    WrongAmount {
        /// The order.
        order: OrderId,
        /// Its intent.
        intent: String,
        /// What the order cost.
        expected: String,
        /// What was taken.
        taken: String,
    },
    /// The provider gave another amount back.
    WrongRefund {
        /// The order.
        order: OrderId,
        /// Its intent.
        intent: String,
        /// What went back by our books.
        expected: u64,
        /// What went back by the provider's.
        refunded: u64,
    },
}

/// What a reconciliation came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// The differences, at most 10,000 of them.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub unlisted: u64,
    /// How many orders were compared.
    pub orders: u64,
    /// How many intents of ours the provider has.
    pub intents: u64,
    /// How many intents of others it has, made by something else with the same account.
    pub foreign: u64,
}

impl Reconciliation {
    /// Whether the books agree.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }

    pub(super) fn note(&mut self, difference: Difference) {
        if self.differences.len() < LISTED_MAX {
            self.differences.push(difference);
        } else {
            self.unlisted += 1;
        }
    }
}
