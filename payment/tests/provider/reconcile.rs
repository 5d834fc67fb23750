//! Reconciliation reads the whole ledger, page by page.

use engine::{OrderId, ReservationId};
use payment::Provider;
use payment::reconcile::{Books, Difference, Period, Sale, Standing, Taken, Unreconciled, reconcile};

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
        is_due: true,
    }
}

/// Books in which every reservation stands like this, and no order is asked for.
struct All(Result<Standing, &'static str>);

impl Books for All {
    type Error = &'static str;

    async fn standing(&self, reservation: &str) -> Result<Standing, &'static str> {
        assert_eq!(reservation, "r");
        self.0.clone()
    }

    async fn sale(&self, order: OrderId) -> Result<Option<Sale>, &'static str> {
        panic!("nothing is doubted of {order}")
    }

    async fn is_on_its_way(&self, refund: &str) -> Result<bool, &'static str> {
        panic!("nothing is doubted of {refund}")
    }
}

fn one(n: u64) -> String {
    shop::intent("succeeded").replace("pi_1", &format!("pi_{n}")).replace(
        "\"amount\": 99900",
        "\"amount\": 99900, \"amount_received\": 99900, \"metadata\": {\"reservation\": \"r\"}",
    )
}

fn page(ids: &[u64], has_more: bool) -> Exchange {
    let data: Vec<_> = ids.iter().map(|n| one(*n)).collect();
    Exchange::ok(&format!(r#"{{"object": "list", "data": [{}], "has_more": {has_more}}}"#, data.join(",")))
}

#[tokio::test]
async fn all_pages_are_read_and_a_lost_one_is_asked_for_again() {
    let again = Exchange::ok(&one(4));
    let server =
        Server::playing(vec![page(&[4, 3], true), again, Exchange::ResetAfter, page(&[2], false)]).await;
    let provider = Provider::new(&shop::config(&server)).expect("a provider");
    let sales = [sale(1), sale(2), sale(3)];
    let found = reconcile(&provider, sales, &All(Ok(Standing::Over)), PERIOD).await.expect("the ledger");
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
    assert!(asked[3].line.ends_with("&starting_after=pi_3"), "{}", asked[3].line);
    provider.shutdown().await;
}

#[tokio::test]
async fn a_ledger_that_is_not_shown_is_no_reconciliation() {
    let server = Server::playing(vec![Exchange::error(401, "invalid_request_error", "")]).await;
    let provider = Provider::new(&shop::config(&server)).expect("a provider");
    let books = All(Ok(Standing::Over));
    let unreconciled = reconcile(&provider, [sale(1)], &books, PERIOD).await.expect_err("nothing is known");
    assert!(matches!(unreconciled, Unreconciled::Ledger(unavailable) if unavailable.account == shop::eu()));
    provider.shutdown().await;
}

#[tokio::test]
async fn what_is_dead_when_it_is_looked_at_again_is_no_difference() {
    let held =
        one(4).replace("succeeded", "requires_capture").replace("\"amount_received\": 99900", "\"a\": 0");
    let page = || Exchange::ok(&format!(r#"{{"object": "list", "data": [{held}], "has_more": false}}"#));
    for (again, differs) in [(held.clone(), true), (held.replace("requires_capture", "canceled"), false)] {
        let server = Server::playing(vec![page(), Exchange::ok(&again)]).await;
        let provider = Provider::new(&shop::config(&server)).expect("a provider");
        let found = reconcile(&provider, [], &All(Ok(Standing::Over)), PERIOD).await.expect("the ledger");
        let [Difference::HeldCharge { intent, held: 99_900, order: None, .. }] = &found.differences[..]
        else {
            assert!(!differs && found.is_clean(), "{found:?}");
            continue;
        };
        assert!(differs && intent == "pi_4", "{found:?}");
        assert_eq!(server.asked()[1].line, "GET /v1/payment_intents/pi_4?expand%5B0%5D=latest_charge");
        provider.shutdown().await;
    }
}

#[tokio::test]
async fn what_is_under_way_is_not_asked_for_again_and_without_our_books_nothing_is_known() {
    for (standing, expected) in [
        (Ok(Standing::UnderWay { attempt: 1 }), Ok(true)),
        (Err("no node answers"), Err(Unreconciled::Books("no node answers"))),
    ] {
        let server = Server::playing(vec![page(&[4], false)]).await;
        let provider = Provider::new(&shop::config(&server)).expect("a provider");
        let found = reconcile(&provider, [], &All(standing), PERIOD).await;
        assert_eq!(found.map(|found| found.is_clean()), expected);
        assert_eq!(server.asked().len(), 1);
        provider.shutdown().await;
    }
}
