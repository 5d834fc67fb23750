//! Good cards and no faults: everybody who comes has paid, and the money is taken.

use crate::cluster::invariants::{Verdict, check_payments, conserved};
use crate::cluster::{Card, Customer, Fate};
use crate::sale::{PRODUCT, Sale};

const STOCK: u64 = 80;
const BUYERS: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_in_time_has_paid() {
    let Sale { cluster, bank, till, watcher } = Sale::open(STOCK, "").await;
    let customer = |number| match number % 2 {
        0 => Customer::new(PRODUCT, number, &[Card::GOOD]).at_once(),
        _ => Customer::new(PRODUCT, number, &[Card::GOOD]),
    };
    let deals = till.serve_all((0..BUYERS).map(customer).collect(), 32).await;
    Verdict::default().add(conserved::violations(&watcher.end().await, STOCK)).holds();
    check_payments(&cluster, &bank, PRODUCT, &deals).await;
    let paid = deals.iter().filter(|deal| matches!(deal.fate, Fate::Paid { .. })).count();
    assert_eq!(paid as u64, STOCK, "every unit is paid");
    assert_eq!(bank.ledger().len() as u64, STOCK, "one intent an order, and none for who came too late");
}
