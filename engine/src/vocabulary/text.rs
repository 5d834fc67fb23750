//! Texts with a bound: whatever exists of these types has a length and characters that are allowed.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

use bincode::de::{Decode, Decoder};
use bincode::enc::{Encode, Encoder};
use bincode::error::{DecodeError, EncodeError};

/// Why a text is not of the form that its place takes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{takes}")]
pub struct Error {
    /// What the place takes.
    pub takes: &'static str,
}

/// Declares a bounded text: its length in characters, which ones it may have, and the sentence that says so.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $length:expr, $allowed:expr, $takes:literal) => {
        hidden_text!($(#[$doc])* $name, $length, $allowed, $takes);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

/// The same for a text that is not to be shown by accident: it has no `Display`, and its `Debug` is its own.
macro_rules! hidden_text {
    ($(#[$doc:meta])* $name:ident, $length:expr, $allowed:expr, $takes:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// What this text takes, for people.
            pub const TAKES: &'static str = $takes;

            /// Checks `text` and makes it one of these.
            ///
            /// # Errors
            /// [`Error`] if its length or a character is not allowed.
            pub fn new(text: &str) -> Result<$name, Error> {
                let allowed: fn(char) -> bool = $allowed;
                let good = $length.contains(&text.chars().count()) && text.chars().all(allowed);
                if good { Ok($name(text.into())) } else { Err(Error { takes: $takes }) }
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<$name, Error> {
                $name::new(text)
            }
        }

        impl Encode for $name {
            fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
                (*self.0).encode(encoder)
            }
        }

        impl<C> Decode<C> for $name {
            fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<$name, DecodeError> {
                $name::new(&String::decode(decoder)?).map_err(|error| DecodeError::OtherString(error.to_string()))
            }
        }

        bincode::impl_borrow_decode!($name);
    };
}

text!(
    /// A product's id, chosen by the merchant. What stands before the first dot is the product's group.
    ProductId,
    1..=64,
    |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'),
    "1 to 64 characters of A-Z a-z 0-9 _ . -"
);

text!(
    /// Who buys: opaque to us.
    BuyerId,
    1..=64,
    |c| c.is_ascii_graphic(),
    "1 to 64 visible ASCII characters"
);

text!(
    /// The shop's own id for a reservation: a cart, an order number.
    Reference,
    1..=64,
    |c| !c.is_control(),
    "1 to 64 characters of text without control characters"
);

text!(
    /// What a product is called.
    Name,
    1..=200,
    |c| !c.is_control(),
    "1 to 200 characters of text without control characters"
);

text!(
    /// Why somebody did something by hand.
    Reason,
    1..=200,
    |c| !c.is_control(),
    "1 to 200 characters of text without control characters"
);

text!(
    /// What a payment is called where it was taken: as long as an [`IntentId`] can be, for it may be one.
    PaymentReference,
    1..=255,
    |c| c.is_ascii_graphic(),
    "1 to 255 visible ASCII characters"
);

text!(
    /// One of the shop's accounts at the payment provider, as the configuration calls it.
    AccountName,
    1..=64,
    |c| c.is_ascii_graphic(),
    "1 to 64 visible ASCII characters"
);

text!(
    /// Who reads a shard's outbox.
    ConsumerName,
    1..=64,
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'),
    "1 to 64 characters of a-z 0-9 _ -"
);

text!(
    /// A card or the like, as the payment provider calls it.
    PaymentMethod,
    1..=255,
    |c| c.is_ascii_graphic(),
    "1 to 255 visible ASCII characters"
);

text!(
    /// Where the payment provider sends a buyer back to.
    ReturnUrl,
    1..=2048,
    |c| c.is_ascii_graphic(),
    "a URL of 1 to 2048 visible ASCII characters"
);

text!(
    /// What the payment provider calls a payment intent.
    IntentId,
    1..=255,
    |c| c.is_ascii_graphic(),
    "1 to 255 visible ASCII characters"
);

text!(
    /// What the payment provider calls a refund.
    ProviderRefundId,
    1..=255,
    |c| c.is_ascii_graphic(),
    "1 to 255 visible ASCII characters"
);

text!(
    /// What the payment provider calls an event.
    ProviderEventId,
    1..=255,
    |c| c.is_ascii_graphic(),
    "1 to 255 visible ASCII characters"
);

text!(
    /// Why the payment provider, or the bank behind it, said no.
    DeclineCode,
    1..=64,
    |c| c.is_ascii_graphic(),
    "1 to 64 visible ASCII characters"
);

hidden_text!(
    /// What the buyer has to do before the payment goes on: a JSON object that is handed to the client as it is. Whoever
    /// has it can go on with the payment in the buyer's name, so `Debug` does not show it.
    NextAction,
    1..=8192,
    |c| !c.is_control(),
    "1 to 8192 bytes of JSON without control characters"
);

impl fmt::Debug for NextAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(the buyer's action)")
    }
}

impl ProductId {
    /// The part before the first dot: products of one group share a shard, and a limit if the merchant wants.
    pub fn group(&self) -> &str {
        self.split('.').next().unwrap_or(self)
    }
}

/// The bounds of both are the same.
impl From<&IntentId> for PaymentReference {
    fn from(intent: &IntentId) -> PaymentReference {
        PaymentReference(Arc::clone(&intent.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_id_takes_what_it_says() {
        assert!(ProductId::new("sneaker.42-blue_x").is_ok());
        assert!(ProductId::new(&"a".repeat(64)).is_ok());
        for wrong in ["", "a b", "ä", "a/b", &"a".repeat(65)] {
            assert!(ProductId::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_length_is_counted_in_characters_and_not_in_bytes() {
        assert!(Reference::new(&"é".repeat(64)).is_ok());
        assert!(Reference::new(&"é".repeat(65)).is_err());
    }

    #[test]
    fn the_group_ends_at_the_first_dot() {
        let group = |id: &str| ProductId::new(id).expect("the id is well formed").group().to_owned();
        assert_eq!(group("sneaker.42.blue"), "sneaker");
        assert_eq!(group("iphone-17"), "iphone-17");
        assert_eq!(group(".x"), "");
    }

    #[test]
    fn what_the_buyer_has_to_do_is_not_shown() {
        let action = NextAction::new(r#"{"client_secret":"pi_1_secret_2"}"#).expect("an action");
        assert!(!format!("{action:?}").contains("secret"));
    }

    #[test]
    fn a_decoded_text_is_checked_like_any_other() {
        let bytes = crate::codec::encode(&"no spaces".to_owned());
        assert!(crate::codec::decode::<BuyerId>(&bytes).is_err());
    }
}
