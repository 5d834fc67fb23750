//! Money: an integer of minor units and a currency. There is no arithmetic between currencies.

use std::fmt;
use std::str::FromStr;

use bincode::de::Decoder;
use bincode::error::DecodeError;
use bincode::{Decode, Encode};

/// Three lower-case letters of ISO 4217, like `usd`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
pub struct Currency([u8; 3]);

/// A text was not a currency code.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a currency is three lower-case letters of ISO 4217, like usd")]
pub struct NotACurrency;

impl Currency {
    fn new(code: [u8; 3]) -> Result<Currency, NotACurrency> {
        if code.iter().all(u8::is_ascii_lowercase) { Ok(Currency(code)) } else { Err(NotACurrency) }
    }

    /// The code's bytes.
    pub fn as_bytes(&self) -> &[u8; 3] {
        &self.0
    }
}

impl FromStr for Currency {
    type Err = NotACurrency;

    fn from_str(text: &str) -> Result<Currency, NotACurrency> {
        Currency::new(text.as_bytes().try_into().map_err(|_| NotACurrency)?)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&letter| write!(f, "{}", char::from(letter)))
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<C> Decode<C> for Currency {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Currency, DecodeError> {
        Currency::new(<[u8; 3]>::decode(decoder)?)
            .map_err(|error| DecodeError::OtherString(error.to_string()))
    }
}

bincode::impl_borrow_decode!(Currency);

/// An amount of a currency, in its minor units (cents), gross.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub struct Money {
    /// Minor units.
    pub amount: u64,
    /// The currency.
    pub currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}
