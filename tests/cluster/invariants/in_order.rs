//! I9 and I11, as far as they can be seen from outside: where no unit ever comes back, nobody whose attempt began after
//! another was told `sold_out` is granted one.

use std::collections::HashMap;
use std::time::Instant;

use crate::cluster::deal::{Deal, Outcome};

/// What is out of order in `deals` of one unit each, if no unit ever came back.
pub(crate) fn violations(deals: &[Deal]) -> Vec<String> {
    let mut first_sold_out: HashMap<&str, Instant> = HashMap::new();
    for deal in deals.iter().filter(|deal| deal.outcome == Outcome::Refused("sold_out".to_owned())) {
        let first = first_sold_out.entry(&deal.product).or_insert(deal.ended);
        *first = deal.ended.min(*first);
    }
    let late = deals.iter().filter(|deal| deal.reservation().is_some()).filter(|deal| {
        first_sold_out.get(deal.product.as_str()).is_some_and(|sold_out| deal.began > *sold_out)
    });
    late.map(|deal| format!("I9: granted after all was sold out: {deal:?}")).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cluster::deal::{Fate, granted, told};

    #[test]
    fn a_grant_after_sold_out_is_found() {
        let refused = told("a", Outcome::Refused("sold_out".to_owned()), Fate::Kept);
        let mut late = told("b", granted("r"), Fate::Kept);
        late.began = refused.ended + Duration::from_millis(1);
        let mut overlapping = late.clone();
        overlapping.began = refused.ended;
        assert!(violations(&[refused.clone(), overlapping]).is_empty());
        assert_eq!(violations(&[refused, late]).len(), 1);
    }
}
