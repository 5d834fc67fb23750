//! Lanes as they look from outside, and what is to be done for their transfers.

use super::Shard;
use crate::state::product::Product;
use crate::vocabulary::lane::{LaneView, Transfer};
use crate::vocabulary::text::ProductId;

impl Shard {
    /// The lane of a product that lies here; nothing if there is no such product, or it is whole. Cost: O(lanes).
    pub fn lane(&self, product: &ProductId) -> Option<LaneView> {
        let slot = self.products.find(self.secret.as_ref()?, product)?;
        let product = self.products.at(slot);
        Some(product.lane.as_ref()?.view(product.stock))
    }

    /// The transfers that left lanes of this shard and are not settled, so that a new leader sees each to its end: what
    /// is received already is received again without effect. Cost: O(products).
    pub fn transfers(&self) -> Vec<Transfer> {
        self.products.in_order().flat_map(under_way).collect()
    }
}

fn under_way(product: &Product) -> Vec<Transfer> {
    let Some(lane) = &product.lane else { return Vec::new() };
    let sent = (0..).zip(&lane.neighbours).filter(|(_, neighbour)| neighbour.on_the_way > 0);
    sent.map(|(to, neighbour)| Transfer {
        product: product.id.clone(),
        from: lane.index,
        to,
        number: neighbour.sent,
        units: neighbour.on_the_way,
    })
    .collect()
}
