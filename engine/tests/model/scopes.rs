//! Who sends a command, and on which path: within that an idempotency key means one request.

use engine::{BuyerId, Command, Scope};

use super::moves::Key;

/// The scope of a key that comes with `command`. What replicas tell each other has none of its own.
pub(crate) fn scope(command: &Command, key: Key) -> Option<Scope> {
    let (principal, route, key) = match key {
        Key::Own(key) => (principal(command), route(command)?, key),
        Key::Shared(key) => ("anybody".to_owned(), "POST /anything".to_owned(), key),
    };
    Some(Scope { principal, route, key: format!("key-{key}") })
}

fn principal(command: &Command) -> String {
    let of = |buyer: &Option<BuyerId>| buyer.as_ref().map_or("service".to_owned(), |buyer| buyer.to_string());
    match command {
        Command::Reserve(reserve) => reserve.buyer.to_string(),
        Command::Purchase(purchase) => purchase.reserve.buyer.to_string(),
        Command::Cancel(cancel) => of(&cancel.buyer),
        Command::Checkout(checkout) => of(&checkout.buyer),
        Command::Confirm(confirm) => of(&confirm.buyer),
        Command::Release(release) => of(&release.buyer),
        Command::Pay(pay) => of(&pay.buyer),
        _ => "admin".to_owned(),
    }
}

fn route(command: &Command) -> Option<String> {
    let product = |id: &str, what: &str| format!("POST /v1/products/{id}/{what}");
    let reservation = |id: engine::ReservationId, what: &str| format!("POST /v1/reservations/{id}/{what}");
    let route = match command {
        Command::PutProduct(put) => format!("PUT /v1/products/{}", put.product),
        Command::PauseProduct(id) => product(id, "pause"),
        Command::ResumeProduct(id) => product(id, "resume"),
        Command::ArchiveProduct(id) => product(id, "archive"),
        Command::AdjustStock(adjust) => product(&adjust.product, "stock-adjustments"),
        Command::Reserve(reserve) => product(&reserve.product, "reservations"),
        Command::Purchase(purchase) => product(&purchase.reserve.product, "purchases"),
        Command::Cancel(cancel) => format!("DELETE /v1/reservations/{}", cancel.reservation),
        Command::Checkout(checkout) => reservation(checkout.reservation, "checkout"),
        Command::Confirm(confirm) => reservation(confirm.reservation, "confirm"),
        Command::Release(release) => reservation(release.reservation, "release"),
        Command::Pay(pay) => reservation(pay.reservation, "payment"),
        Command::Refund(refund) => format!("POST /v1/orders/{}/refunds", refund.order),
        // What is between the replicas or the provider and the shard has no route. Of lanes none is in the model.
        _ => return None,
    };
    Some(route)
}
