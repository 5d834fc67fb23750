//! The ledger: every change, on disk before it is answered, and applied again at the next start.
//!
//! One file of frames. A frame holds the entries of one sync, so a damaged frame with a whole one after it was
//! acknowledged and refuses to start, and a damaged frame at the end was never acknowledged and is cut.

mod error;
mod file;
mod frame;
mod replay;
mod writer;

pub use error::LedgerError;

pub(crate) use file::open;
pub(crate) use writer::Ledger;
