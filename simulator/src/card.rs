//! The test cards: what each of them does, after the table on Stripe's page about testing.

/// How a card declines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decline {
    pub(crate) code: &'static str,
    pub(crate) decline_code: &'static str,
    pub(crate) message: &'static str,
}

/// What a card does when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Pays.
    Pays,
    /// Declines.
    Declines(Decline),
    /// Pays once the cardholder has authenticated.
    Authenticates,
    /// Declines after the cardholder has authenticated.
    AuthenticatesThenDeclines(Decline),
    /// Pays; authentication only where the merchant asks for it.
    AuthenticatesOnRequest,
    /// Pays, and refunds to it fail a moment after they succeeded.
    RefundsFail,
    /// Pays, and refunds to it stay pending for a while.
    RefundsPend,
}

/// A test card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    /// The payment method that stands for it in every account.
    pub(crate) name: &'static str,
    pub(crate) number: &'static str,
    pub(crate) brand: &'static str,
    pub(crate) manner: Manner,
}

impl Card {
    /// The test card of a name like `pm_card_visa`.
    pub(crate) fn named(name: &str) -> Option<&'static Card> {
        CARDS.iter().find(|card| card.name == name)
    }

    /// The test card of a number, spaces ignored.
    pub(crate) fn numbered(number: &str) -> Option<&'static Card> {
        let digits: String = number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        CARDS.iter().find(|card| card.number == digits)
    }

    /// The digits that may be shown.
    pub(crate) fn last4(&self) -> &'static str {
        self.number.get(self.number.len().saturating_sub(4)..).unwrap_or(self.number)
    }
}

/// A decline by its code, as faults script it.
pub(crate) fn decline_of(decline_code: &str) -> Option<Decline> {
    DECLINES.iter().find(|decline| decline.decline_code == decline_code).copied()
}

/// The decline codes that there are, for a message.
pub(crate) fn decline_codes() -> Vec<&'static str> {
    DECLINES.iter().map(|decline| decline.decline_code).collect()
}

const fn declined(decline_code: &'static str, message: &'static str) -> Decline {
    Decline { code: "card_declined", decline_code, message }
}

const GENERIC: Decline = declined("generic_decline", "Your card was declined.");
const FUNDS: Decline = declined("insufficient_funds", "Your card has insufficient funds.");
const LOST: Decline = declined("lost_card", "Your card was declined.");
const STOLEN: Decline = declined("stolen_card", "Your card was declined.");
const VELOCITY: Decline = declined(
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
);
const FRAUD: Decline = declined("fraudulent", "Your card was declined.");
const EXPIRED: Decline =
    Decline { code: "expired_card", decline_code: "expired_card", message: "Your card has expired." };
const CVC: Decline = Decline {
    code: "incorrect_cvc",
    decline_code: "incorrect_cvc",
    message: "Your card's security code is incorrect.",
};
const PROCESSING: Decline = Decline {
    code: "processing_error",
    decline_code: "processing_error",
    message: "An error occurred while processing your card. Try again in a little bit.",
};
const DO_NOT_HONOR: Decline = declined("do_not_honor", "Your card was declined.");
/// What a card that wants authentication says when the cardholder is not there.
pub(crate) const AUTHENTICATION_REQUIRED: Decline = Decline {
    code: "authentication_required",
    decline_code: "authentication_required",
    message: "Your card was declined. This transaction requires authentication.",
};

const DECLINES: &[Decline] = &[
    GENERIC,
    FUNDS,
    LOST,
    STOLEN,
    VELOCITY,
    FRAUD,
    EXPIRED,
    CVC,
    PROCESSING,
    DO_NOT_HONOR,
    AUTHENTICATION_REQUIRED,
];

const fn card(name: &'static str, number: &'static str, brand: &'static str, manner: Manner) -> Card {
    Card { name, number, brand, manner }
}

#[rustfmt::skip]
const CARDS: &[Card] = &[
    card("pm_card_visa", "4242424242424242", "visa", Manner::Pays),
    card("pm_card_visa_debit", "4000056655665556", "visa", Manner::Pays),
    card("pm_card_mastercard", "5555555555554444", "mastercard", Manner::Pays),
    card("pm_card_mastercard_debit", "5200828282828210", "mastercard", Manner::Pays),
    card("pm_card_amex", "378282246310005", "amex", Manner::Pays),
    card("pm_card_discover", "6011111111111117", "discover", Manner::Pays),
    card("pm_card_diners", "3056930009020004", "diners", Manner::Pays),
    card("pm_card_jcb", "3566002020360505", "jcb", Manner::Pays),
    card("pm_card_unionpay", "6200000000000005", "unionpay", Manner::Pays),
    card("pm_card_visa_chargeDeclined", "4000000000000002", "visa", Manner::Declines(GENERIC)),
    card("pm_card_chargeDeclined", "4000000000000002", "visa", Manner::Declines(GENERIC)),
    card("pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", "visa", Manner::Declines(FUNDS)),
    card("pm_card_chargeDeclinedInsufficientFunds", "4000000000009995", "visa", Manner::Declines(FUNDS)),
    card("pm_card_visa_chargeDeclinedLostCard", "4000000000009987", "visa", Manner::Declines(LOST)),
    card("pm_card_chargeDeclinedLostCard", "4000000000009987", "visa", Manner::Declines(LOST)),
    card("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", "visa", Manner::Declines(STOLEN)),
    card("pm_card_chargeDeclinedStolenCard", "4000000000009979", "visa", Manner::Declines(STOLEN)),
    card("pm_card_chargeDeclinedExpiredCard", "4000000000000069", "visa", Manner::Declines(EXPIRED)),
    card("pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", "visa", Manner::Declines(CVC)),
    card("pm_card_chargeDeclinedProcessingError", "4000000000000119", "visa", Manner::Declines(PROCESSING)),
    card("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", "visa", Manner::Declines(VELOCITY)),
    card("pm_card_chargeDeclinedVelocityLimitExceeded", "4000000000006975", "visa", Manner::Declines(VELOCITY)),
    card("pm_card_chargeCustomerFail", "4000000000000341", "visa", Manner::Declines(GENERIC)),
    card("pm_card_radarBlock", "4100000000000019", "visa", Manner::Declines(FRAUD)),
    card("pm_card_authenticationRequired", "4000002760003184", "visa", Manner::Authenticates),
    card("pm_card_authenticationRequiredOnSetup", "4000002500003155", "visa", Manner::Authenticates),
    card("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "4000008260003178", "visa", Manner::AuthenticatesThenDeclines(FUNDS)),
    card("pm_card_threeDSecure2Required", "4000000000003220", "visa", Manner::Authenticates),
    card("pm_card_threeDSecureRequired", "4000000000003063", "visa", Manner::Authenticates),
    card("pm_card_threeDSecureRequiredChargeDeclined", "4000008400001629", "visa", Manner::AuthenticatesThenDeclines(GENERIC)),
    card("pm_card_threeDSecureOptional", "4000000000003055", "visa", Manner::AuthenticatesOnRequest),
    card("pm_card_refundFail", "4000000000005126", "visa", Manner::RefundsFail),
    card("pm_card_pendingRefund", "4000000000007726", "visa", Manner::RefundsPend),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_is_found_by_name_and_by_a_number_that_passes_luhn() {
        for card in CARDS {
            assert_eq!(Card::named(card.name), Some(card));
            assert!(
                Card::numbered(card.number).is_some_and(|found| found.manner == card.manner),
                "{}",
                card.name
            );
            let sum: u32 = (card.number.bytes().rev().enumerate())
                .map(|(place, digit)| {
                    let digit = u32::from(digit - b'0') * (1 + u32::try_from(place % 2).expect("0 or 1"));
                    digit / 10 + digit % 10
                })
                .sum();
            assert_eq!(sum % 10, 0, "{}", card.number);
        }
    }

    #[test]
    fn every_decline_of_a_card_can_be_scripted() {
        for card in CARDS {
            if let Manner::Declines(decline) | Manner::AuthenticatesThenDeclines(decline) = card.manner {
                assert_eq!(decline_of(decline.decline_code), Some(decline), "{}", card.name);
            }
        }
    }
}
