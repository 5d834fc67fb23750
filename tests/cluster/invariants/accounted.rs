//! I3 and I7 by count: once every attempt has its definite answer, the units held and sold are those that were
//! acknowledged, no more (a late twin, a unit granted twice) and no fewer (a hold that is gone).

use std::collections::BTreeMap;

use crate::cluster::deal::{Deal, Fate};

/// Units held and sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Units {
    pub(crate) held: u64,
    pub(crate) sold: u64,
}

/// What is wrong with `books`, the stock of every product at the end, if `deals` are all that ever were about them, of
/// one unit each.
pub(crate) fn violations(deals: &[Deal], books: &BTreeMap<String, Units>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (product, units) in books {
        let (mut least, mut most) = (Units::default(), Units::default());
        for deal in deals.iter().filter(|deal| deal.product == *product) {
            let (certain, possible) = counts(deal);
            least = Units { held: least.held + certain.held, sold: least.sold + certain.sold };
            most = Units { held: most.held + possible.held, sold: most.sold + possible.sold };
        }
        let within =
            (least.held..=most.held).contains(&units.held) && (least.sold..=most.sold).contains(&units.sold);
        if !within {
            wrong.push(format!(
                "I3/I7: {product}: acknowledged were {least:?} to {most:?}, the books say {units:?}"
            ));
        }
    }
    wrong
}

/// What a deal counts for at least and at most.
fn counts(deal: &Deal) -> (Units, Units) {
    let units = |held, sold| Units { held, sold };
    match (deal.reservation().is_some(), &deal.fate) {
        (true, Fate::Kept | Fate::Paying) => (units(1, 0), units(1, 0)),
        (true, Fate::Cancelled | Fate::Expired | Fate::Undone { .. }) => (units(0, 0), units(0, 0)),
        (true, Fate::Paid { .. }) => (units(0, 1), units(0, 1)),
        (true, Fate::Unknown) => (units(0, 0), units(1, 1)),
        (false, _) if deal.outcome == crate::cluster::deal::Outcome::Unknown => (units(0, 0), units(1, 0)),
        (false, _) => (units(0, 0), units(0, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::deal::{Outcome, granted, told};

    #[test]
    fn a_unit_that_nobody_knows_of_and_one_that_is_gone_are_found() {
        let refused = Outcome::Refused("sold_out".to_owned());
        let deals = [
            told("a", granted("r1"), Fate::Kept),
            told("b", granted("r2"), Fate::Paid { order: "o".to_owned() }),
            told("c", refused, Fate::Kept),
        ];
        let books = |held, sold| BTreeMap::from([("shoe".to_owned(), Units { held, sold })]);
        assert!(violations(&deals, &books(1, 1)).is_empty());
        assert_eq!(violations(&deals, &books(2, 1)).len(), 1, "a late twin");
        assert_eq!(violations(&deals, &books(0, 1)).len(), 1, "a hold is gone");
        assert_eq!(violations(&deals, &books(1, 0)).len(), 1, "a sale is gone");
        let unknown = told("d", Outcome::Unknown, Fate::Kept);
        assert!(violations(&[unknown], &books(1, 0)).is_empty());
    }
}
