//! A sale whose product is paid at the provider.

use crate::cluster::{Bank, Cluster, Product, Settings, Shelf, Till, Watcher};

/// The product of every sale.
pub(crate) const PRODUCT: &str = "shoe";

/// A cluster, its bank, a product on sale, a till to pay it at, and somebody who watches the stock.
pub(crate) struct Sale {
    pub(crate) cluster: Cluster,
    pub(crate) bank: Bank,
    pub(crate) till: Till,
    pub(crate) watcher: Watcher,
}

impl Sale {
    /// Opens a sale of `stock` units, at a bank with the faults of a script.
    pub(crate) async fn open(stock: u64, faults: &str) -> Sale {
        Sale::open_by_seed(stock, |_| faults.to_owned()).await
    }

    /// The same, with a script that follows from the seed.
    pub(crate) async fn open_by_seed(stock: u64, faults: impl FnOnce(u64) -> String) -> Sale {
        Sale::open_on(Settings::banked(), stock, faults).await
    }

    /// The same, on a cluster of other settings.
    pub(crate) async fn open_on(settings: Settings, stock: u64, faults: impl FnOnce(u64) -> String) -> Sale {
        let mut cluster = Cluster::prepare(settings);
        let bank = Bank::open(&cluster, &faults(cluster.seed)).await;
        cluster.begin().await;
        let product = Product::new(PRODUCT, stock).paid_at_the_bank();
        let shelf = Shelf::open(cluster.api.clone(), product, false).await;
        let watcher = Watcher::watch(&cluster, shelf);
        let till = Till::open(&cluster);
        Sale { cluster, bank, till, watcher }
    }
}
