//! Buyers who know one node alone and ask there, whatever happens to it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::cluster::{Api, Chance, Cluster, Deal, Door, Manners, Placing, visit};

/// How many there are.
const BUYERS: u64 = 8;

/// Stubborn buyers under way.
pub(crate) struct Stubborn {
    asking: JoinSet<Deal>,
}

impl Stubborn {
    /// Lets them ask at `node`, each once and under the same key as often as it takes. They keep what they get.
    pub(crate) fn ask(cluster: &Cluster, node: u64, product: &str, visit_number: u64) -> Stubborn {
        let address: SocketAddr = cluster.ports.http(node);
        let door = Door::new(vec![(node, address)]).answering_within(Duration::from_secs(2));
        let manners = Manners { cancel_percent: 0, pay_percent: 0, ..Manners::default() };
        let mut asking = JoinSet::new();
        for number in 0..BUYERS {
            let placing = Placing {
                product: product.to_owned(),
                buyer: format!("stubborn-{visit_number}-{number}"),
                key: format!("stubborn-{visit_number}-{number}"),
            };
            let (api, mut chance) =
                (Api { door: door.clone() }, Chance::new(cluster.seed, 1_000_000 + number));
            asking.spawn(async move { visit(&api, placing, manners, &mut chance).await });
        }
        Stubborn { asking }
    }

    /// Waits until all have their answers, of which none may have come before `healed`: the node could not know.
    pub(crate) async fn answered_after(self, healed: Instant) -> Vec<Deal> {
        let deals = self.asking.join_all().await;
        for deal in &deals {
            assert!(deal.ended > healed, "answered by a node that could not know: {deal:?}");
        }
        deals
    }
}
