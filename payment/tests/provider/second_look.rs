//! An order and its intent that do not agree are read once more: what was read first was read at different times.

use engine::{OrderId, ReservationId};
use payment::Provider;
use payment::reconcile::{Books, Difference, Period, Sale, Standing, Taken, reconcile};

use crate::server::{Exchange, Server};
use crate::shop::{self, SHARD};

const PERIOD: Period = Period { since: 1_763_850_000, until: 1_763_860_000 };

fn sale(taken: Taken, refunded: u64) -> Sale {
    Sale {
        order: OrderId::new(SHARD, 1, 1),
        reservation: ReservationId::new(SHARD, 1, 1),
        intent: "pi_1".parse().expect("an id"),
        price: shop::task(shop::create()).price,
        taken,
        refunded,
        is_due: true,
    }
}

/// Books as they are now: the order, and whether the refund "ours" is on its way.
struct Now {
    sale: Sale,
    is_on_its_way: bool,
}

impl Books for Now {
    type Error = &'static str;

    async fn standing(&self, reservation: &str) -> Result<Standing, &'static str> {
        panic!("the order is known, and asked for itself, not by {reservation}")
    }

    async fn sale(&self, order: OrderId) -> Result<Option<Sale>, &'static str> {
        assert_eq!(order, self.sale.order);
        Ok(Some(self.sale.clone()))
    }

    async fn is_on_its_way(&self, refund: &str) -> Result<bool, &'static str> {
        Ok(refund == "ours" && self.is_on_its_way)
    }
}

fn intent(status: &str, refunded: u64) -> String {
    let charge = format!(r#""latest_charge": {{"id": "ch_1", "amount_refunded": {refunded}}}"#);
    let received = if status == "succeeded" { 99_900 } else { 0 };
    let known = format!(r#""amount": 99900, "amount_received": {received}, {charge}"#);
    shop::intent(status).replace(r#""amount": 99900"#, &known)
}

fn page(of: &str) -> Exchange {
    Exchange::ok(&format!(r#"{{"object": "list", "data": [{of}], "has_more": false}}"#))
}

fn refund(status: &str, metadata: &str) -> String {
    format!(r#"{{"id": "re_1", "status": "{status}", "amount": 100, "metadata": {metadata}}}"#)
}

/// What comes of an order that was listed as `listed` and of these exchanges, and how many of them there were.
async fn reconciled(listed: Sale, now: Now, exchanges: Vec<Exchange>) -> (Vec<Difference>, usize) {
    let server = Server::playing(exchanges).await;
    let provider = Provider::new(&shop::config(&server)).expect("a provider");
    let found = reconcile(&provider, [listed], &now, PERIOD).await.expect("both books");
    provider.shutdown().await;
    (found.differences, server.asked().len())
}

#[tokio::test]
async fn what_changed_since_the_orders_were_listed_is_no_difference() {
    for (now, then) in [
        // A refund arrived, or a hold could not be captured.
        (sale(Taken::Captured, 100), intent("succeeded", 100)),
        (sale(Taken::Failed, 0), intent("canceled", 0)),
    ] {
        let listed = sale(if now.taken == Taken::Failed { Taken::Pending } else { Taken::Captured }, 0);
        let now = Now { sale: now, is_on_its_way: false };
        let exchanges = vec![page(&then), Exchange::ok(&then)];
        assert_eq!(reconciled(listed, now, exchanges).await, (Vec::new(), 2));
    }
}

#[tokio::test]
async fn what_is_so_at_every_look_is_a_difference() {
    let missing = |status: &str| Difference::MissingCharge {
        order: OrderId::new(SHARD, 1, 1),
        intent: "pi_1".to_owned(),
        status: Some(status.to_owned()),
    };
    let (books, canceled) = (sale(Taken::Captured, 0), intent("canceled", 0));
    let now = Now { sale: books.clone(), is_on_its_way: false };
    let exchanges = vec![page(&canceled), Exchange::ok(&canceled), Exchange::ok(&canceled)];
    assert_eq!(reconciled(books.clone(), now, exchanges).await, (vec![missing("canceled")], 3));
    // It changes while it is looked at, and agrees at last.
    let (held, taken) = (intent("requires_capture", 0), intent("succeeded", 0));
    let now = Now { sale: books.clone(), is_on_its_way: false };
    let exchanges = vec![page(&canceled), Exchange::ok(&held), Exchange::ok(&taken)];
    assert_eq!(reconciled(books, now, exchanges).await, (Vec::new(), 3));
}

#[tokio::test]
async fn a_refund_that_is_on_its_way_by_either_books_is_no_difference() {
    let (ours, theirs) = (r#"{"refund": "ours"}"#, "{}");
    for (status, metadata, is_on_its_way, differs) in [
        ("pending", ours, true, false),
        ("succeeded", ours, true, false),
        ("pending", theirs, false, false),
        ("succeeded", theirs, true, true),
        ("succeeded", ours, false, true),
    ] {
        let (books, then) = (sale(Taken::Captured, 0), intent("succeeded", 100));
        let look = || [Exchange::ok(&then), page(&refund(status, metadata))];
        let exchanges = [page(&then)].into_iter().chain(look()).chain(look()).collect();
        let now = Now { sale: books.clone(), is_on_its_way };
        let expected = Difference::WrongRefund {
            order: books.order,
            intent: "pi_1".to_owned(),
            expected: 0,
            refunded: 100,
        };
        let expected = if differs { (vec![expected], 5) } else { (Vec::new(), 3) };
        let case = format!("{status} {metadata} {is_on_its_way}");
        assert_eq!(reconciled(books, now, exchanges).await, expected, "{case}");
    }
}
