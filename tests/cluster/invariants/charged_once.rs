//! I4: nobody is charged twice. By the provider's own ledger, at most one charge of a reservation was captured and not
//! given back, and there is no charge of nobody.

use std::collections::BTreeMap;

use crate::cluster::intent::Intent;

/// What is wrong with a ledger.
pub(crate) fn violations(ledger: &[Intent]) -> Vec<String> {
    let mut charged: BTreeMap<&str, Vec<&Intent>> = BTreeMap::new();
    for intent in ledger.iter().filter(|intent| intent.net() > 0) {
        charged.entry(&intent.reservation).or_default().push(intent);
    }
    let wrong =
        charged.into_iter().filter(|(reservation, intents)| reservation.is_empty() || intents.len() > 1);
    wrong.map(|(reservation, intents)| format!("I4: for {reservation:?} were charged {intents:?}")).collect()
}

#[cfg(test)]
mod tests {
    use simulator::IntentStatus::{Canceled, Succeeded};

    use super::*;
    use crate::cluster::intent::noted;

    #[test]
    fn two_charges_and_one_of_nobody_are_found() {
        let paid = || noted("r", Succeeded, 10, 0);
        assert!(
            violations(&[paid(), noted("r", Canceled, 0, 0), noted("other", Succeeded, 10, 0)]).is_empty()
        );
        assert!(violations(&[paid(), noted("r", Succeeded, 10, 10)]).is_empty(), "one was given back");
        assert_eq!(violations(&[paid(), paid()]).len(), 1);
        assert_eq!(violations(&[paid(), noted("r", Succeeded, 10, 9)]).len(), 1, "not all of it");
        assert_eq!(violations(&[noted("", Succeeded, 10, 0)]).len(), 1);
    }
}
