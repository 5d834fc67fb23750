//! Holds that are taken, and looked at until they have ended.

use std::ops::Range;
use std::time::{Duration, Instant};

use crate::cluster::invariants::punctual::Ending;
use crate::cluster::{Answer, Api, NODES, Placing};

/// How often each hold is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// A hold of one unit.
#[derive(Clone, Debug)]
pub(crate) struct Hold {
    pub(crate) product: String,
    pub(crate) reservation: String,
    buyer: String,
    length: Duration,
    pub(crate) asked: Instant,
    granted: Instant,
    /// The node that granted it.
    pub(crate) node: u64,
}

/// Buyers of these numbers take a unit of `product` each, all at once, for `length`, asking `node` first.
pub(crate) async fn hold_all(
    api: &Api,
    node: u64,
    product: &str,
    length: Duration,
    buyers: Range<u64>,
) -> Vec<Hold> {
    let holds = buyers.map(|number| async move {
        let buyer = format!("buyer-{number}");
        let placing = Placing { product: product.to_owned(), buyer, key: format!("key-{number}") };
        let sent = api.settle(node, &placing.errand()).await;
        let (asked, granted) = (sent.began, sent.ended);
        let answer: Answer = sent.answer.filter(|answer| answer.status == 201).expect("a grant");
        let reservation = answer.text("id").to_owned();
        let Placing { product, buyer, .. } = placing;
        Hold { product, reservation, buyer, length, asked, granted, node: answer.node }
    });
    futures_util::future::join_all(holds).await
}

/// Looks at a hold, at one node after the other, until it has ended.
pub(crate) async fn watch(api: Api, hold: Hold) -> Ending {
    let Hold { length, asked, granted, .. } = hold;
    let mut last_held = asked;
    for node in NODES.into_iter().cycle() {
        let looked = Instant::now();
        let answer = api.reservation(node, &hold.reservation, &hold.buyer).await;
        match answer.as_ref().map(|answer| (answer.status, answer.text("status"))) {
            Ok((200, "held")) => last_held = looked,
            Ok((200, "expired")) => break,
            Ok((503, _)) | Err(_) => {}
            other => panic!("a hold can only be held or expired: {other:?}"),
        }
        assert!(looked.elapsed() + (looked - asked) < length * 10, "it never ends: {hold:?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ending { length, asked, granted, last_held, first_ended: Instant::now(), back: None }
}
