//! The payment provider, as buyers and the provider itself meet it.

use std::future::Future;
use std::time::Instant;

use bytes::Bytes;
use engine::{AccountName, BuyerId, Currency};

/// The payment provider, if one is configured.
pub trait Payments: Send + Sync + 'static {
    /// Whether a provider is configured.
    fn is_configured(&self) -> bool;

    /// The account that this buyer's card is tokenised for: always the same one. None if no provider is configured.
    fn account_of(&self, buyer: &BuyerId) -> Option<PaymentAccount>;

    /// What the provider takes in one payment; nothing if it does not take the currency.
    fn amounts(&self, currency: Currency) -> Option<Amounts>;

    /// Takes an event as the provider sent it. When this returns `Ok` it need not be sent again.
    ///
    /// # Errors
    /// [`Unaccepted`] tells whether the provider should send it again.
    fn receive(
        &self,
        signature: &str,
        body: Bytes,
        deadline: Instant,
    ) -> impl Future<Output = Result<Heard, Unaccepted>> + Send;
}

/// An account at the payment provider, as buyers may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentAccount {
    /// Its name in the configuration.
    pub name: AccountName,
    /// The key that a browser tokenises cards with.
    pub publishable_key: String,
}

/// What the payment provider takes in one payment, in the minor units of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// At least.
    pub least: u64,
    /// At most.
    pub most: u64,
    /// It is a multiple of this, at least 1.
    pub step: u64,
}

/// What became of an event of the provider's that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is durable that there are news of a payment or a refund.
    Noted,
    /// It is about a payment that is not here: not one of this cluster's, or not kept any more.
    Unknown,
    /// It is of a kind that nothing follows from.
    Ignored,
}

/// Why an event of the provider's was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unaccepted {
    /// No provider is configured.
    #[error("no payment provider is configured")]
    NotConfigured,
    /// It is not the provider's, too old, or not to be understood.
    #[error("the event is not taken: {reason}")]
    Invalid {
        /// Why.
        reason: String,
    },
    /// It could not be made durable now: it is to be sent again.
    #[error("the event cannot be made durable now")]
    Unavailable,
}
