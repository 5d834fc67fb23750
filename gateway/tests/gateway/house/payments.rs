//! A payment provider with two accounts, as far as the gateway sees one.

use std::time::Instant;

use axum::body::Bytes;
use engine::saga::{Finding, Report};
use engine::{AccountName, BuyerId, Command, Currency, Proposal, ReservationId};
use gateway::port::{Amounts, Heard, PaymentAccount, Payments, Unaccepted};

use super::{Fault, House};

/// How the house's provider stands.
pub(crate) struct Till {
    pub(crate) is_configured: bool,
    /// What it is to say of the next events.
    pub(crate) heard: Result<Heard, Unaccepted>,
    /// The events that it was given, with their signatures.
    pub(crate) received: Vec<(String, Bytes)>,
}

impl Default for Till {
    fn default() -> Till {
        Till { is_configured: true, heard: Ok(Heard::Noted), received: Vec::new() }
    }
}

impl Payments for House {
    fn is_configured(&self) -> bool {
        self.till(|till| till.is_configured)
    }

    fn account_of(&self, buyer: &BuyerId) -> Option<PaymentAccount> {
        let name = if buyer.len().is_multiple_of(2) { "even" } else { "odd" };
        let name = AccountName::new(name).expect("a name");
        let publishable_key = format!("pk_test_{name}");
        self.is_configured().then_some(PaymentAccount { name, publishable_key })
    }

    fn amounts(&self, currency: Currency) -> Option<Amounts> {
        let taken = |least, step| Some(Amounts { least, most: 99_999_999, step });
        match currency.as_bytes() {
            b"usd" | b"eur" => taken(50, 1),
            b"isk" => taken(100, 100),
            _ => None,
        }
    }

    async fn receive(&self, signature: &str, body: Bytes, _deadline: Instant) -> Result<Heard, Unaccepted> {
        if let Some(Fault::Hang) = self.next_fault() {
            std::future::pending::<()>().await;
        }
        self.till(|till| {
            if till.heard.is_ok() {
                till.received.push((signature.to_owned(), body));
            }
            till.heard.clone()
        })
    }
}

impl House {
    /// Looks at the till, or changes how it stands.
    pub(crate) fn till<T>(&self, look: impl FnOnce(&mut Till) -> T) -> T {
        look(&mut self.till.lock().expect("no test panics here"))
    }

    /// The saga learns something of the first try to pay a reservation.
    pub(crate) fn finds(&self, reservation: &str, finding: Finding) {
        let reservation: ReservationId = reservation.parse().expect("an id");
        let command = Command::Report(Report { reservation, attempt: 1, noticed: 0, finding });
        self.apply(reservation.shard(), vec![Proposal::of(command)]);
    }
}
