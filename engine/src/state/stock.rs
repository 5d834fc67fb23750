//! The moves of units between available, held and sold. Each checks the books before and keeps them, or does nothing.

use super::Broken;
use crate::vocabulary::limits::STOCK_MAX;
use crate::vocabulary::product::Stock;

/// Where units are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pool {
    Available,
    Held,
    Sold,
}

/// Whether the books add up, and no number is beyond what a stock can be.
pub(crate) fn check(stock: &Stock) -> Result<(), Broken> {
    let sum = stock.available.checked_add(stock.held).and_then(|sum| sum.checked_add(stock.sold));
    if sum == Some(stock.total) && stock.total <= STOCK_MAX { Ok(()) } else { Err(Broken) }
}

/// Moves `units` from one pool to another.
///
/// # Errors
/// [`Broken`], and nothing is changed, if the books do not add up or there are fewer units than are to be moved.
pub(crate) fn shift(stock: &mut Stock, from: Pool, to: Pool, units: u32) -> Result<(), Broken> {
    check(stock)?;
    let mut moved = *stock;
    let source = pool(&mut moved, from);
    *source = source.checked_sub(u64::from(units)).ok_or(Broken)?;
    let target = pool(&mut moved, to);
    *target = target.checked_add(u64::from(units)).ok_or(Broken)?;
    *stock = moved;
    Ok(())
}

fn pool(stock: &mut Stock, pool: Pool) -> &mut u64 {
    match pool {
        Pool::Available => &mut stock.available,
        Pool::Held => &mut stock.held,
        Pool::Sold => &mut stock.sold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stock(total: u64, available: u64, held: u64, sold: u64) -> Stock {
        Stock { total, available, held, sold, version: 0 }
    }

    #[test]
    fn units_move_and_none_is_lost() {
        let mut books = stock(10, 7, 2, 1);
        assert_eq!(shift(&mut books, Pool::Available, Pool::Held, 7), Ok(()));
        assert_eq!(books, stock(10, 0, 9, 1));
        assert_eq!(shift(&mut books, Pool::Held, Pool::Sold, 9), Ok(()));
        assert_eq!(books, stock(10, 0, 0, 10));
    }

    #[test]
    fn what_does_not_add_up_is_left_alone() {
        for mut books in [stock(10, 7, 2, 2), stock(2, u64::MAX, 2, 1), stock(u64::MAX, u64::MAX, 0, 0)] {
            let before = books;
            assert_eq!(shift(&mut books, Pool::Available, Pool::Held, 1), Err(Broken));
            assert_eq!(books, before);
        }
    }

    #[test]
    fn more_than_there_is_cannot_be_moved() {
        let mut books = stock(10, 7, 2, 1);
        assert_eq!(shift(&mut books, Pool::Held, Pool::Sold, 3), Err(Broken));
        assert_eq!(books, stock(10, 7, 2, 1));
    }
}
