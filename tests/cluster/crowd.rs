//! The crowd: buyers who come at all nodes for as long as they are let in.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::api::{Api, Placing};
use super::chance::Chance;
use super::deal::{Deal, Outcome};
use super::local::Cluster;
use super::shelf::{Product, Shelf};
use super::visit;
use super::wait::until;

/// How a crowd behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manners {
    /// How many buyers are under way at once.
    pub(crate) buyers: u64,
    /// How long it is from a buyer's end to the next one's beginning: the load.
    pub(crate) pause: Duration,
    /// How long a buyer waits for an answer before asking at another node.
    pub(crate) patience: Duration,
    /// Of a hundred holds, how many are given back, and how many are paid.
    pub(crate) cancel_percent: u64,
    pub(crate) pay_percent: u64,
    /// Whether another product is put on sale when one is gone.
    pub(crate) restocked: bool,
}

impl Default for Manners {
    fn default() -> Manners {
        Manners {
            buyers: 16,
            pause: Duration::from_millis(20),
            patience: Duration::from_secs(6),
            cancel_percent: 15,
            pay_percent: 25,
            restocked: true,
        }
    }
}

/// How long it may take to sell what a test waits for, on a machine that builds something else as well.
const SOLD_WITHIN: Duration = Duration::from_secs(60);
/// How many are refused before the next product comes: refusals under load are of interest too.
const REFUSED_PER_PRODUCT: u64 = 40;

/// Buyers under way.
#[derive(Debug)]
pub(crate) struct Crowd {
    shared: Arc<Shared>,
    buyers: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    api: Api,
    seed: u64,
    manners: Manners,
    shelf: Shelf,
    closing: AtomicBool,
    in_a_hurry: AtomicBool,
    next_buyer: AtomicU64,
    granted: AtomicU64,
    refused_of_late: AtomicU64,
    deals: Mutex<Vec<Deal>>,
}

impl Crowd {
    /// Lets a crowd in to buy `product`.
    pub(crate) async fn enter(cluster: &Cluster, product: Product, manners: Manners) -> Crowd {
        let shelf = Shelf::open(cluster.api.clone(), product, manners.restocked).await;
        let shared = Arc::new(Shared {
            api: Api { door: cluster.api.door.answering_within(manners.patience) },
            seed: cluster.seed,
            manners,
            shelf,
            closing: AtomicBool::new(false),
            in_a_hurry: AtomicBool::new(false),
            next_buyer: AtomicU64::new(0),
            granted: AtomicU64::new(0),
            refused_of_late: AtomicU64::new(0),
            deals: Mutex::default(),
        });
        let buyers = (0..manners.buyers).map(|_| tokio::spawn(Arc::clone(&shared).buy()));
        Crowd { buyers: buyers.collect(), shared }
    }

    /// How many units were granted so far.
    pub(crate) fn granted(&self) -> u64 {
        self.shared.granted.load(Relaxed)
    }

    /// Waits until `more` units than by now are granted.
    pub(crate) async fn buys(&self, more: u64) {
        self.reaches(self.granted() + more).await;
    }

    /// Waits until `units` are granted in all.
    pub(crate) async fn reaches(&self, units: u64) {
        let what = format!("{units} units are granted");
        until(&what, SOLD_WITHIN, || std::future::ready(self.granted() >= units)).await;
    }

    /// From now on nobody pauses.
    pub(crate) fn hurry(&self) {
        self.shared.in_a_hurry.store(true, Relaxed);
    }

    /// The product on sale.
    pub(crate) fn product(&self) -> String {
        self.shared.shelf.current()
    }

    /// The shelf that it buys from.
    pub(crate) fn shelf(&self) -> Shelf {
        self.shared.shelf.clone()
    }

    /// All that have been on sale.
    pub(crate) fn products(&self) -> Vec<String> {
        self.shared.shelf.all()
    }

    /// Lets nobody in any more, and waits until all who are under way have their answers. Gives the deals.
    pub(crate) async fn leave(self) -> Vec<Deal> {
        self.shared.closing.store(true, Relaxed);
        for buyer in self.buyers {
            buyer.await.expect("no buyer meets what must not be");
        }
        std::mem::take(&mut *self.shared.deals.lock().expect("unbroken"))
    }
}

impl Shared {
    async fn buy(self: Arc<Shared>) {
        while !self.closing.load(Relaxed) {
            let number = self.next_buyer.fetch_add(1, Relaxed);
            let product = self.shelf.current();
            let (buyer, key) = (format!("buyer-{number}-of-{product}"), format!("visit-{number}"));
            // An id has at most 64 characters.
            let buyer = buyer.chars().take(64).collect();
            let placing = Placing { product: product.clone(), buyer, key };
            let mut chance = Chance::new(self.seed, number);
            let deal = visit::make(&self.api, placing, self.manners, &mut chance).await;
            self.note(deal).await;
            if !self.in_a_hurry.load(Relaxed) {
                tokio::time::sleep(self.manners.pause).await;
            }
        }
    }

    async fn note(&self, deal: Deal) {
        let product = deal.product.clone();
        match &deal.outcome {
            Outcome::Granted { .. } => drop(self.granted.fetch_add(1, Relaxed)),
            Outcome::Refused(code) => {
                assert_eq!(code, "sold_out", "nothing else stands in the way of {deal:?}");
                let refused = self.refused_of_late.fetch_add(1, Relaxed) + 1;
                if refused >= REFUSED_PER_PRODUCT && product == self.shelf.current() {
                    self.shelf.restock(&product).await;
                    self.refused_of_late.store(0, Relaxed);
                }
            }
            Outcome::Unknown => {}
        }
        self.deals.lock().expect("unbroken").push(deal);
    }
}
