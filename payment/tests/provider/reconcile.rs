//! Reconciliation reads the whole ledger, page by page.

use engine::{OrderId, ReservationId};
use payment::Provider;
use payment::reconcile::{Difference, Period, Sale, Taken, reconcile};

use crate::server::{Exchange, Server};
use crate::shop::{self, SHARD};

const PERIOD: Period = Period { since: 1_763_850_000, until: 1_763_860_000 };

fn sale(n: u64) -> Sale {
    Sale {
        order: OrderId::new(SHARD, 1, n),
        reservation: ReservationId::new(SHARD, 1, n),
        intent: format!("pi_{n}").parse().expect("an id"),
        price: shop::task(shop::create()).price,
        taken: Taken::Captured,
        refunded: 0,
    }
}

fn page(ids: &[u64], has_more: bool) -> Exchange {
    let intent = |n: &u64| {
        shop::intent("succeeded").replace("pi_1", &format!("pi_{n}")).replace(
            "\"amount\": 99900",
            "\"amount\": 99900, \"amount_received\": 99900, \"metadata\": {\"reservation\": \"r\"}",
        )
    };
    let data: Vec<_> = ids.iter().map(intent).collect();
    Exchange::ok(&format!(r#"{{"object": "list", "data": [{}], "has_more": {has_more}}}"#, data.join(",")))
}

#[tokio::test]
async fn all_pages_are_read_and_a_lost_one_is_asked_for_again() {
    let server = Server::playing(vec![page(&[4, 3], true), Exchange::ResetAfter, page(&[2], false)]).await;
    let provider = Provider::new(&shop::config(&server)).expect("a provider");
    let found = reconcile(&provider, [sale(1), sale(2), sale(3)], PERIOD).await.expect("the ledger");
    assert_eq!((found.orders, found.intents), (3, 3));
    assert_eq!(found.differences.len(), 2, "{found:?}");
    assert!(matches!(&found.differences[0], Difference::ExtraCharge { intent, .. } if intent == "pi_4"));
    assert!(matches!(&found.differences[1], Difference::MissingCharge { intent, .. } if intent == "pi_1"));
    let asked = server.asked();
    assert_eq!(
        asked[0].line,
        "GET /v1/payment_intents?created%5Bgte%5D=1763850000&created%5Blte%5D=1763860000&limit=100\
         &expand%5B0%5D=data.latest_charge"
    );
    assert!(asked[2].line.ends_with("&starting_after=pi_3"), "{}", asked[2].line);
    provider.shutdown().await;
}

#[tokio::test]
async fn a_ledger_that_is_not_shown_is_no_reconciliation() {
    let server = Server::playing(vec![Exchange::error(401, "invalid_request_error", "")]).await;
    let provider = Provider::new(&shop::config(&server)).expect("a provider");
    let unavailable = reconcile(&provider, [sale(1)], PERIOD).await.expect_err("nothing is known");
    assert_eq!(unavailable.account, shop::eu());
    provider.shutdown().await;
}
