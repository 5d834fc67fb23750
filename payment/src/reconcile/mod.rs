//! Reconciliation: our orders against the provider's ledger, read through its API.

mod books;
mod compare;
mod difference;
mod doubt;
mod ledger;
mod sale;

pub use books::{Books, Standing};
pub use difference::{Difference, Reconciliation};
pub use ledger::{Period, Unavailable, Unreconciled, reconcile};
pub use sale::{Sale, Taken};
