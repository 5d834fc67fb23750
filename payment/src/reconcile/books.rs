//! What our books say of one payment, asked while the ledger goes by.

use super::sale::Sale;

/// How a reservation stands, as far as its payments are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is to come of it: it is over without an order, or not known any more, or never was.
    Over,
    /// A payment of it is being carried out or undone.
    UnderWay {
        /// Which try.
        attempt: u8,
    },
    /// It became an order.
    Sold(Sale),
}

/// Our books. The list of our sales is older than the ledger; whoever is asked here answers as of now.
pub trait Books {
    /// Why they could not be asked.
    type Error;

    /// How the reservation of this id stands. The id is whatever the ledger has: it may be none of ours.
    ///
    /// # Errors
    /// If it is not known.
    fn standing(&self, reservation: &str) -> impl Future<Output = Result<Standing, Self::Error>> + Send;
}
