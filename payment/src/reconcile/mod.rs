//! Reconciliation: our orders against the provider's ledger, read through its API.

mod agreement;
mod books;
mod compare;
mod difference;
mod doubt;
mod ledger;
mod money;
mod sale;
mod second_look;
mod walk;

pub use books::{Books, Standing};
pub use difference::{Difference, Reconciliation};
pub use ledger::{Period, Unavailable, Unreconciled};
pub use sale::{Sale, Taken};
pub use walk::reconcile;
