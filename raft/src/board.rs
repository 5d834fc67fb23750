//! The board: every product as this node last saw it, for reads that need no leader.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use engine::view::ProductView;
use engine::{ProductId, ProductStatus, ShardId};

/// Products by id. Reading one costs a look-up under a read lock; writers hold it only to put an `Arc` in place.
#[derive(Debug, Default)]
pub struct Board {
    products: RwLock<BTreeMap<ProductId, (ShardId, Arc<ProductView>)>>,
}

impl Board {
    /// A product, if this node knows it.
    pub fn product(&self, product: &ProductId) -> Option<Arc<ProductView>> {
        let products = self.products.read().unwrap_or_else(PoisonError::into_inner);
        products.get(product).map(|(_, view)| Arc::clone(view))
    }

    /// Products in the order of their ids, from behind `after`, at most `limit`.
    pub fn products(&self, after: Option<&ProductId>, limit: usize) -> Vec<Arc<ProductView>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let products = self.products.read().unwrap_or_else(PoisonError::into_inner);
        products
            .range::<ProductId, _>((from, Bound::Unbounded))
            .take(limit)
            .map(|(_, (_, view))| Arc::clone(view))
            .collect()
    }

    /// How many products are frozen, in each shard that has some. Cost: O(products).
    pub fn frozen(&self) -> BTreeMap<ShardId, u64> {
        let mut frozen = BTreeMap::new();
        let products = self.products.read().unwrap_or_else(PoisonError::into_inner);
        for (shard, _) in products.values().filter(|(_, view)| view.status == ProductStatus::Frozen) {
            *frozen.entry(*shard).or_default() += 1;
        }
        frozen
    }

    /// Shows a product as it is since.
    pub(crate) fn show(&self, shard: ShardId, view: ProductView) {
        let (id, view) = (view.id.clone(), Arc::new(view));
        self.products.write().unwrap_or_else(PoisonError::into_inner).insert(id, (shard, view));
    }

    /// Shows a shard's products in the place of all that were shown before.
    pub(crate) fn replace(&self, shard: ShardId, views: impl Iterator<Item = ProductView>) {
        let fresh: Vec<_> = views.map(|view| (view.id.clone(), (shard, Arc::new(view)))).collect();
        let mut products = self.products.write().unwrap_or_else(PoisonError::into_inner);
        products.retain(|_, (of, _)| *of != shard);
        products.extend(fresh);
    }
}
