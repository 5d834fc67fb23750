//! Our books, as the cluster shows them: its orders, and a reservation as it stands now.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use engine::{Money, OrderId, RefundId, ReservationId};
use payment::reconcile::{Books, Sale, Standing, Taken};
use serde::Deserialize;

use crate::client::{Api, Call, Error, List, Order, Refund};

/// How long after its time is up a payment may take to be undone before it is one that nobody brings to an end: the saga
/// tries at least every minute.
const UNDONE_WITHIN: Duration = Duration::from_secs(15 * 60);

/// A reservation, as far as it tells of its payment.
#[derive(Debug, Deserialize)]
struct Reservation {
    order_id: Option<String>,
    payment: Option<Payment>,
}

#[derive(Debug, Deserialize)]
struct Payment {
    status: String,
    #[serde(rename = "try")]
    attempt: u8,
    pay_by: String,
}

impl Payment {
    /// Whether it is being carried out or undone.
    fn is_under_way(&self, now: SystemTime) -> bool {
        let is_open = !matches!(self.status.as_str(), "authorized" | "declined");
        let pay_by = humantime::parse_rfc3339(&self.pay_by).unwrap_or(UNIX_EPOCH);
        is_open && now < pay_by + UNDONE_WITHIN
    }
}

impl Books for Api {
    type Error = Error;

    async fn standing(&self, reservation: &str) -> Result<Standing, Error> {
        let Ok(id) = reservation.parse::<ReservationId>() else { return Ok(Standing::Over) };
        let Some(found) = look::<Reservation>(self, format!("/v1/reservations/{id}")).await? else {
            return Ok(Standing::Over);
        };
        if let Some(payment) = found.payment.filter(|payment| payment.is_under_way(SystemTime::now())) {
            return Ok(Standing::UnderWay { attempt: payment.attempt });
        }
        let Some(order) = found.order_id.and_then(|order| order.parse().ok()) else {
            return Ok(Standing::Over);
        };
        Ok(self.sale(order).await?.map_or(Standing::Over, Standing::Sold))
    }

    async fn sale(&self, order: OrderId) -> Result<Option<Sale>, Error> {
        let order = look::<Order>(self, format!("/v1/orders/{order}")).await?;
        Ok(order.and_then(|order| sale(&order, 0)))
    }

    async fn is_on_its_way(&self, refund: &str) -> Result<bool, Error> {
        let Ok(id) = refund.parse::<RefundId>() else { return Ok(false) };
        let refund = look::<Refund>(self, format!("/v1/refunds/{id}")).await?;
        Ok(refund.is_some_and(|refund| refund.status == "pending"))
    }
}

/// What is at a path; nothing if there is nothing.
async fn look<T: serde::de::DeserializeOwned>(api: &Api, path: String) -> Result<Option<T>, Error> {
    match api.call(Call::get(path)).await {
        Ok(reply) => reply.read().map(Some),
        Err(Error::Refused { status: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// All orders that were paid by the provider and made from `from` on, newest first as they are listed. Those that were made
/// before `since` may have been begun to be paid before `from`.
pub(super) async fn sales(api: &Api, from: u64, since: u64) -> Result<Vec<Sale>, Error> {
    let (mut sales, mut after) = (Vec::new(), None);
    loop {
        let call = Call::get("/v1/orders").query("limit", Some("100")).query("after", after);
        let page: List<Order> = api.call(call).await?.read()?;
        for order in &page.data {
            if made(order) < from {
                return Ok(sales);
            }
            sales.extend(sale(order, since));
        }
        match page.next_cursor.filter(|_| page.has_more) {
            Some(cursor) => after = Some(cursor),
            None => return Ok(sales),
        }
    }
}

/// An order as a sale; nothing if its money was taken elsewhere.
fn sale(order: &Order, since: u64) -> Option<Sale> {
    let taken = match order.capture.as_str() {
        "pending" => Taken::Pending,
        "captured" => Taken::Captured,
        "failed" => Taken::Failed,
        _ => return None,
    };
    Some(Sale {
        order: order.id.parse().ok()?,
        reservation: order.reservation_id.parse().ok()?,
        intent: order.payment_id.as_deref()?.parse().ok()?,
        price: Money { amount: order.amount, currency: order.currency.parse().ok()? },
        taken,
        refunded: order.refunded_amount,
        is_due: made(order) >= since,
    })
}

/// Seconds since 1970.
pub(super) fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn made(order: &Order) -> u64 {
    humantime::parse_rfc3339(&order.created_at).map_or(0, seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-27T18:00:00Z
    const SIX: u64 = 1_795_802_400;

    fn order(capture: &str, payment: Option<&str>) -> Order {
        Order {
            id: "0193a0c0-7001-7a3b-8000-3f0c5a1d2e4f".to_owned(),
            reservation_id: "0193a0c0-7001-7a3b-8000-3f0c5a1d2e40".to_owned(),
            payment_id: payment.map(str::to_owned),
            buyer_id: "b-1".to_owned(),
            quantity: 1,
            amount: 9_900,
            currency: "usd".to_owned(),
            status: "confirmed".to_owned(),
            capture: capture.to_owned(),
            refunded_amount: 100,
            created_at: "2026-11-27T18:00:00.250Z".to_owned(),
        }
    }

    #[test]
    fn orders_that_the_provider_was_paid_for_are_sales() {
        let order_of = |capture, since| sale(&order(capture, Some("pi_1")), since);
        let sold = order_of("captured", SIX).expect("a sale");
        assert_eq!(
            (&*sold.intent, sold.taken, sold.refunded, sold.is_due),
            ("pi_1", Taken::Captured, 100, true)
        );
        assert!(order_of("captured", SIX + 1).is_some_and(|sold| !sold.is_due));
        assert_eq!(order_of("external", 0), None);
        assert_eq!(sale(&order("captured", None), 0), None);
        assert_eq!(made(&order("captured", None)), SIX);
    }

    #[test]
    fn a_payment_is_under_way_until_it_is_over_or_nobody_ends_it() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let payment = |status: &str| Payment {
            status: status.to_owned(),
            attempt: 1,
            pay_by: "2026-11-27T18:00:00.000Z".to_owned(),
        };
        for status in ["queued", "processing", "requires_action", "cancelling", "unsettled"] {
            assert!(payment(status).is_under_way(at(SIX + 899)), "{status}");
            assert!(!payment(status).is_under_way(at(SIX + 900)), "{status}");
        }
        for status in ["authorized", "declined"] {
            assert!(!payment(status).is_under_way(at(SIX)), "{status}");
        }
    }
}
