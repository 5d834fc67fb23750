//! Where a simulator begins.

use crate::account::Account;
use crate::book::{AccountBook, Counters, Entry, Orders};
use crate::ledger::{self, Ledger, LedgerError};
use crate::options::Options;

/// Where a simulator begins: what its ledger says, and the ledger, open for more.
pub(crate) struct Start {
    pub(crate) books: Vec<AccountBook>,
    pub(crate) counters: Counters,
    /// The latest time in the ledger.
    pub(crate) at: i64,
    pub(crate) ledger: Ledger,
}

impl Start {
    /// The beginning of all accounts.
    pub(crate) fn without_history(accounts: &[Account], ledger: Ledger) -> Start {
        let books = accounts.iter().map(|account| AccountBook::new(&account.id)).collect();
        Start { books, counters: Counters::default(), at: 0, ledger }
    }

    /// What the ledger in the directory says, which is made if there is none.
    ///
    /// # Errors
    /// [`LedgerError`] if the ledger does not open.
    pub(crate) fn replay(options: &Options) -> Result<Start, LedgerError> {
        let mut start = Start::without_history(&options.accounts, Ledger::nowhere());
        let Start { books, counters, at, .. } = &mut start;
        let ledger = ledger::open(&options.data, |entry: Entry| {
            let unknown =
                || LedgerError::UnknownAccount { path: options.data.clone(), account: entry.account.clone() };
            let book = books.iter_mut().find(|book| book.id == entry.account).ok_or_else(unknown)?;
            *counters = Counters { serial: entry.serial, orders: Orders::after(entry.orders) };
            *at = entry.at.max(*at);
            for change in entry.changes {
                book.apply(change);
            }
            Ok(())
        })?;
        Ok(Start { ledger, ..start })
    }
}
