//! What our books say of one payment, order or refund, asked while the ledger goes by.

use engine::OrderId;

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

    /// An order that was listed, as a sale as it is now; nothing if it is none any more.
    ///
    /// # Errors
    /// If it is not known.
    fn sale(&self, order: OrderId) -> impl Future<Output = Result<Option<Sale>, Self::Error>> + Send;

    /// Whether a refund of this id is on its way: ours, and by our books neither arrived nor failed. The id is whatever the
    /// ledger has: it may be none of ours.
    ///
    /// # Errors
    /// If it is not known.
    fn is_on_its_way(&self, refund: &str) -> impl Future<Output = Result<bool, Self::Error>> + Send;
}
