//! Those who pay with cards meanwhile, at a bank with troubles of its own.

use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::cluster::invariants::{charged_once, check_settled, judge};
use crate::cluster::{Bank, Card, Chance, Cluster, Customer, Deal, Fate, NODES, Product, Till, until};

/// How many units there are for them each round, and how many come for them.
const STOCK: u64 = 12;
const CUSTOMERS: usize = 16;
/// How many are at the till at once.
const AT_ONCE: usize = 4;
/// How long it may take until nothing is left to be done: the waits between tries double up to a minute.
const THROUGH_WITHIN: Duration = Duration::from_secs(120);

/// What they have on them. Whoever can be asked to prove themselves does so.
const WALLETS: [&[Card]; 5] = [
    &[Card::GOOD.approved()],
    &[Card::GOOD.approved()],
    &[Card::EMPTY, Card::GOOD.approved()],
    &[Card::APPROVED],
    &[Card::STOLEN, Card::GOOD.approved()],
];

/// What the bank does wrong, with each request or event and by chance: the kind, its options, and how often.
const TROUBLES: [(&str, &str, f64); 9] = [
    ("reset_before", "", 0.03),
    ("reset_after", "", 0.05),
    ("conflict", "", 0.02),
    ("rate_limit", "", 0.02),
    ("error_before", "", 0.02),
    ("error_after", "", 0.03),
    ("delay_before", "milliseconds = 700", 0.03),
    ("delay_after", "milliseconds = 700", 0.03),
    ("webhook_drop", "event = \"*\"", 0.3),
];

/// Those who pay, and what became of them.
pub(crate) struct Payers {
    bank: Bank,
    products: Vec<String>,
    deals: Vec<Deal>,
}

/// Those who are at the till.
pub(crate) type Paying = BoxFuture<'static, Vec<Deal>>;

impl Payers {
    /// Opens the bank of a cluster of which nothing runs yet.
    pub(crate) async fn prepare(cluster: &Cluster) -> Payers {
        let rule = |(kind, options, probability): (&str, &str, f64)| {
            format!(
                "[[fault]]\nkind = \"{kind}\"\ntimes_per_order = 2\nprobability = {probability}\n{options}\n"
            )
        };
        let script: String = TROUBLES.into_iter().map(rule).collect();
        Payers { bank: Bank::open(cluster, &script).await, products: Vec::new(), deals: Vec::new() }
    }

    /// What is paid by card goes on sale, and they come.
    pub(crate) async fn come(&mut self, cluster: &Cluster, round: u64) -> Paying {
        let product = Product::new(format!("card-{round}"), STOCK).paid_at_the_bank();
        cluster.api.put(&product).await;
        let mut chance = Chance::new(cluster.seed, (1 << 40) + round);
        let number = usize::try_from(round).expect("few rounds") * CUSTOMERS;
        let customers = (number..number + CUSTOMERS).map(|number| {
            let customer = Customer::new(&product.id, number, chance.pick(&WALLETS));
            if chance.below(2) == 0 { customer.at_once() } else { customer }
        });
        let customers = customers.collect();
        self.products.push(product.id);
        let served = tokio::spawn(Till::open(cluster).serve_all(customers, AT_ONCE));
        Box::pin(async { served.await.expect("no buyer meets what must not be") })
    }

    /// They have all been served, and the money is where it belongs. Nodes all run.
    pub(crate) async fn leave(&mut self, cluster: &Cluster, paying: Paying) {
        let deals = paying.await;
        let unknown = deals.iter().filter(|deal| deal.fate == Fate::Unknown);
        let mut wrong: Vec<String> =
            unknown.map(|deal| format!("I10: nothing definite, to the end: {deal:?}")).collect();
        self.deals.extend(deals);
        self.bank.settles().await;
        until("nothing is left to be done", THROUGH_WITHIN, || async {
            cluster.api.payment_tasks(&NODES).await == Some(0)
        })
        .await;
        wrong.extend(charged_once::violations(&self.bank.ledger()));
        judge(&self.bank, wrong);
    }

    /// All of them together: the bank's ledger against the orders of every node.
    pub(crate) async fn check(&self, cluster: &Cluster) {
        let products: Vec<&str> = self.products.iter().map(String::as_str).collect();
        check_settled(cluster, &self.bank, &products, &self.deals).await;
        assert!(self.paid() > 0, "nobody paid");
        assert!(self.bank.faults_struck().iter().sum::<u64>() > 0, "the bank did nothing wrong");
    }

    /// The figures so far.
    pub(crate) fn told(&self) -> String {
        let troubles: u64 = self.bank.faults_struck().iter().sum();
        format!("{} of {} paid by card, {troubles} troubles of the bank", self.paid(), self.deals.len())
    }

    fn paid(&self) -> usize {
        self.deals.iter().filter(|deal| matches!(deal.fate, Fate::Paid { .. })).count()
    }
}
