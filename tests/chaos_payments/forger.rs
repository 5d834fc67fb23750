//! A forger: sends the nodes events that the provider never sent, about payments that are under way. What is not signed by
//! the provider is refused; what is, and is not true, changes nothing, since an event is but a hint to look.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinHandle;

use crate::cluster::{self, Bank, Chance, Cluster, Intent, NODES, WEBHOOKS};

/// How long they wait between two events: not so long that a payment is through meanwhile.
const PAUSE: Duration = Duration::from_millis(100);
/// What is said of an intent.
const LIES: [&str; 5] = [
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "payment_intent.amount_capturable_updated",
    "charge.captured",
    "charge.refunded",
];
/// Older than any event may be that is taken.
const STALE: Duration = Duration::from_secs(600);

/// A forger at work.
pub(crate) struct Forger {
    closing: Arc<AtomicBool>,
    forging: JoinHandle<Forged>,
}

/// What was sent and answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forged {
    /// How many were refused that had to be, and how many were taken that could be.
    pub(crate) refused: usize,
    pub(crate) taken: usize,
    pub(crate) wrong: Vec<String>,
}

/// How an event is forged.
#[derive(Clone, Copy, Debug)]
enum Forgery {
    /// By somebody who does not know the secret.
    Unknowing,
    /// By the provider, long ago.
    Stale,
    /// By the provider, and not true; or not yet, or not any more.
    Untrue,
}

impl Forger {
    /// Begins to forge.
    pub(crate) fn begin(cluster: &Cluster, bank: Arc<Bank>) -> Forger {
        let closing = Arc::new(AtomicBool::new(false));
        let addresses = NODES.map(|node| cluster.ports.http(node));
        let chance = Chance::new(cluster.seed, u64::MAX - 2);
        let forging = tokio::spawn(forge(addresses, bank, chance, Arc::clone(&closing)));
        Forger { closing, forging }
    }

    /// Stops. Tells what came of it.
    pub(crate) async fn end(self) -> Forged {
        self.closing.store(true, Relaxed);
        self.forging.await.expect("forging cannot fail")
    }
}

async fn forge(
    addresses: [SocketAddr; 3],
    bank: Arc<Bank>,
    mut chance: Chance,
    closing: Arc<AtomicBool>,
) -> Forged {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut forged = Forged::default();
    for number in 0_u64.. {
        if closing.load(Relaxed) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        let ledger = bank.ledger();
        if ledger.is_empty() {
            continue;
        }
        let place =
            ledger.len() - 1 - usize::try_from(chance.below(ledger.len().min(20) as u64)).expect("a place");
        let intent = &ledger[place];
        let forgery = chance.pick(&[Forgery::Unknowing, Forgery::Stale, Forgery::Untrue]);
        let event = event(number, chance.pick(&LIES), intent);
        let signature = sign(&bank, intent, &event, forgery);
        let url = format!("http://{}{WEBHOOKS}", chance.pick(&addresses));
        let answer = http.post(url).header("Stripe-Signature", signature).body(event.clone()).send().await;
        // Nodes are killed meanwhile.
        let Ok(answer) = answer else { continue };
        match (forgery, answer.status().as_u16()) {
            // Nobody leads, or whether it was taken is not known: the provider would send it again.
            (_, 503 | 504) => {}
            (Forgery::Untrue, 200) => forged.taken += 1,
            (Forgery::Unknowing | Forgery::Stale, 400) => forged.refused += 1,
            (_, status) => forged.wrong.push(format!("an event {forgery:?} is answered {status}: {event}")),
        }
    }
    forged
}

fn event(number: u64, kind: &str, intent: &Intent) -> String {
    let metadata = json!({ "reservation": intent.reservation });
    let object = match kind.split_once('.') {
        Some(("charge", _)) => {
            json!({ "object": "charge", "id": "ch_forged", "payment_intent": intent.id, "metadata": metadata })
        }
        _ => {
            json!({ "object": "payment_intent", "id": intent.id, "status": "succeeded", "metadata": metadata })
        }
    };
    cluster::event(&format!("evt_forged_{number}"), kind, &object)
}

fn sign(bank: &Bank, intent: &Intent, event: &str, forgery: Forgery) -> String {
    let (secret, age) = match forgery {
        Forgery::Unknowing => ("whsec_guessed", Duration::ZERO),
        Forgery::Stale => (bank.secret(&intent.account), STALE),
        Forgery::Untrue => (bank.secret(&intent.account), Duration::ZERO),
    };
    cluster::signature(secret, event, age)
}
