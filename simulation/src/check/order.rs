//! I11: within a leadership, units of a product are granted in the order in which the leader received the attempts.

use std::collections::BTreeMap;

use engine::{Outcome, ProductId, ReservationId, ShardId};
use raft::shard::request::{Leadership, Request};

use super::attempt;
use super::course::News;

/// When attempts came to leaders, and the last that was granted.
#[derive(Debug, Default)]
pub(crate) struct Order {
    count: u64,
    arrived: BTreeMap<(ShardId, Leadership, ReservationId), Vec<u64>>,
    granted: BTreeMap<(ShardId, Leadership, ProductId), u64>,
}

impl Order {
    /// Requests came to a node.
    pub(crate) fn arrived<'a>(
        &mut self,
        node: u64,
        shard: ShardId,
        requests: impl Iterator<Item = &'a Request>,
    ) {
        for request in requests.filter(|request| request.leadership.node == node) {
            if let Some(reserve) = attempt::asked(&request.ask) {
                self.count += 1;
                let key = (shard, request.leadership, reserve.reservation);
                self.arrived.entry(key).or_default().push(self.count);
            }
        }
    }

    /// What an entry granted, in its order.
    pub(crate) fn violations(&mut self, shard: ShardId, news: &News<'_>) -> Vec<String> {
        let leadership = Leadership::from(news.leader);
        let mut violations = Vec::new();
        for (proposal, outcome) in news.batch.proposals.iter().zip(&news.outcomes) {
            let (Some(reserve), Outcome::Done(_)) = (attempt::wanted(&proposal.command), outcome) else {
                continue;
            };
            let arrivals = self.arrived.get(&(shard, leadership, reserve.reservation));
            let Some(arrivals) = arrivals else {
                let id = reserve.reservation;
                violations.push(format!("I11: {id} was granted in {leadership:?}, to which it never came"));
                continue;
            };
            let last = self.granted.entry((shard, leadership, reserve.product.clone())).or_default();
            match arrivals.iter().find(|arrival| **arrival > *last) {
                Some(arrival) => *last = *arrival,
                None => violations.push(format!(
                    "I11: {} of {} was granted behind one that came later, in {leadership:?}",
                    reserve.reservation, reserve.product
                )),
            }
        }
        violations
    }
}
