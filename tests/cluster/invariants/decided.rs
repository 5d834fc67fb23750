//! I6 of payments: no reservation stays `paying` whose buyer did what there was to do.

use crate::cluster::deal::{Deal, Fate};

use super::durable::Finds;

/// What is still being paid of `finds`, though all is settled.
pub(crate) fn violations(deals: &[Deal], finds: &Finds) -> Vec<String> {
    let left: Vec<&str> =
        deals.iter().filter(|deal| deal.fate == Fate::Paying).filter_map(Deal::reservation).collect();
    let paying = finds.iter().filter(|(_, found)| found.status == "paying");
    let stuck = paying.filter(|((reservation, _), _)| !left.contains(&reservation.as_str()));
    stuck
        .map(|((reservation, node), _)| format!("I6: at node {node}, {reservation} is still paying"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::deal::{granted, told};
    use crate::cluster::invariants::durable::Found;

    #[test]
    fn a_payment_without_end_is_found() {
        let found = |status: &str| Found { answer: 200, status: status.to_owned(), order: String::new() };
        let finds = |status: &str| Finds::from([(("r".to_owned(), 1), found(status))]);
        let deal = |fate: Fate| [told("b", granted("r"), fate)];
        assert!(violations(&deal(Fate::Unknown), &finds("held")).is_empty());
        assert!(violations(&deal(Fate::Paying), &finds("paying")).is_empty(), "its buyer has gone");
        assert_eq!(violations(&deal(Fate::Unknown), &finds("paying")).len(), 1);
    }
}
