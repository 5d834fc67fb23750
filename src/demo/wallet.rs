//! What buyers pay with: the provider's test cards, and what they do when they are asked something.

use super::random::Random;

/// A card, and its buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Card {
    /// It does.
    Good,
    /// The bank says no.
    Declined,
    /// The bank asks the buyer first, who says it was they.
    Approved,
    /// The bank asks the buyer first, who gives a wrong answer.
    Failed,
}

/// Cards in the order in which a buyer tries them: as many as there can be tries, and the last one does.
pub(super) type Wallet = [Card; 3];

/// The wallet of a buyer.
pub(super) fn wallet(random: &mut Random) -> Wallet {
    use Card::{Approved, Declined, Failed, Good};
    match random.below(100) {
        0..70 => [Good; 3],
        70..80 => [Declined, Good, Good],
        80..85 => [Declined, Declined, Good],
        85..95 => [Approved, Good, Good],
        _ => [Failed, Approved, Good],
    }
}

impl Card {
    /// What the provider calls it.
    pub(super) fn method(self) -> &'static str {
        match self {
            Card::Good => "pm_card_visa",
            Card::Declined => "pm_card_visa_chargeDeclinedInsufficientFunds",
            Card::Approved | Card::Failed => "pm_card_authenticationRequired",
        }
    }

    /// What its buyer does on the bank's page, as the form that is sent from there.
    pub(super) fn says(self) -> &'static str {
        if self == Card::Failed { "outcome=fail" } else { "outcome=succeed" }
    }
}
