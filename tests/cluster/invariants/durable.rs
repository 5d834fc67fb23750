//! I3: what was acknowledged is there, at every node.

use crate::cluster::api::Api;
use crate::cluster::deal::Deal;
use crate::cluster::wait::until_some;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use futures_util::StreamExt;

/// How long a node may take to answer a read, elections included.
const READ_WITHIN: Duration = Duration::from_secs(20);
/// How many reservations are looked up at every node.
const EVERYWHERE_MAX: usize = 1_000;
/// How many reads are under way at once.
const READS: usize = 16;

/// A reservation as a node gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The HTTP status.
    pub(crate) answer: u16,
    pub(crate) status: String,
    pub(crate) order: String,
}

/// Reservation and node, and what the one was at the other.
pub(crate) type Finds = HashMap<(String, u64), Found>;

/// Looks up every granted reservation: at every node, or, if there are very many, each at one.
pub(crate) async fn look(api: &Api, deals: &[Deal]) -> Finds {
    let granted: Vec<_> =
        deals.iter().filter_map(|deal| Some((deal.reservation()?.to_owned(), deal.buyer.clone()))).collect();
    let members = api.door.members();
    let at_each = if granted.len() > EVERYWHERE_MAX { 1 } else { members.len() };
    let reads = granted.into_iter().enumerate().flat_map(|(place, (id, buyer))| {
        let nodes = members.clone().into_iter().cycle().skip(place % members.len()).take(at_each);
        nodes.map(move |node| (id.clone(), buyer.clone(), node)).collect::<Vec<_>>()
    });
    let finds = futures_util::stream::iter(reads).map(|(id, buyer, node)| async move {
        let found = read(api, &id, &buyer, node).await;
        ((id, node), found)
    });
    finds.buffer_unordered(READS).collect().await
}

async fn read(api: &Api, id: &str, buyer: &str, node: u64) -> Found {
    until_some("a node answers a read", READ_WITHIN, || async move {
        let answer = api.reservation(node, id, buyer).await.ok().filter(|answer| answer.is_definite())?;
        let (status, order) = (answer.text("status").to_owned(), answer.text("order_id").to_owned());
        Some(Found { answer: answer.status, status, order })
    })
    .await
}

/// What of `deals` is not there as it was acknowledged, by holds that outlast the test.
pub(crate) fn violations(deals: &[Deal], finds: &Finds) -> Vec<String> {
    let nodes: BTreeSet<u64> = finds.keys().map(|(_, node)| *node).collect();
    let mut wrong = Vec::new();
    for deal in deals {
        let Some(reservation) = deal.reservation() else { continue };
        let found =
            nodes.iter().filter_map(|&node| Some((node, finds.get(&(reservation.to_owned(), node))?)));
        if found.clone().next().is_none() {
            wrong.push(format!("I3: nobody looked for {reservation}"));
        }
        for (node, found) in found {
            let is_there = found.answer == 200 && deal.status().is_none_or(|status| status == found.status);
            let has_order = deal.order().is_none_or(|order| *order == found.order && !order.is_empty());
            if !is_there || !has_order {
                wrong.push(format!("I3: acknowledged: {deal:?}; at node {node} it is {found:?}"));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::deal::{Fate, granted, told};
    use crate::cluster::local::NODES;

    fn at_all_nodes(status: &str, order: &str) -> Finds {
        let found = Found { answer: 200, status: status.to_owned(), order: order.to_owned() };
        NODES.map(|node| (("r".to_owned(), node), found.clone())).into()
    }

    #[test]
    fn an_acknowledgement_that_is_gone_is_found() {
        let paid = || Fate::Paid { order: "o".to_owned() };
        let with = |fate: Fate, finds: &Finds| violations(&[told("b", granted("r"), fate)], finds).len();
        assert_eq!(with(Fate::Kept, &at_all_nodes("held", "")), 0);
        assert_eq!(with(paid(), &at_all_nodes("paid", "o")), 0);
        assert_eq!(with(Fate::Unknown, &at_all_nodes("paid", "o")), 0);
        assert_eq!(with(Fate::Kept, &at_all_nodes("cancelled", "")), 3);
        assert_eq!(with(Fate::Cancelled, &at_all_nodes("held", "")), 3);
        assert_eq!(with(paid(), &at_all_nodes("held", "")), 3);
        assert_eq!(with(paid(), &at_all_nodes("paid", "another")), 3);
        assert_eq!(with(Fate::Kept, &Finds::new()), 1);
        let mut gone = at_all_nodes("held", "");
        gone.insert(("r".to_owned(), 2), Found { answer: 404, status: String::new(), order: String::new() });
        assert_eq!(with(Fate::Kept, &gone), 1);
    }
}
