//! Reconciliation: our orders against the provider's ledger, read through its API at the pace of everything else.

mod compare;
mod difference;
mod ledger;
mod sale;

pub use difference::{Difference, Reconciliation};
pub use ledger::{Period, Unavailable, reconcile};
pub use sale::{Sale, Taken};
