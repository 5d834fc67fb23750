//! The routes, each resource in its own file, put together into the routers of the listeners.

mod attempts;
mod audit;
mod cluster;
mod external;
mod health;
mod home;
mod lists;
mod metrics;
mod orders;
mod payments;
mod problems;
mod products;
mod purchases;
mod refunds;
mod reservations;
mod sales;
mod snapshots;
mod stock;
mod table;
mod webhooks;

use axum::Router;
use axum::http::Method;
use engine::view::{OrderView, ReservationView};

use crate::context::Context;
use crate::ports::Ports;
use table::Table;
pub(crate) use webhooks::EVENTS_AT_ONCE;

/// Whose routes a router has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Buyers, shops and operators alike.
    All,
    /// Buyers and shops.
    Buyers,
    /// Operators; they may read all that buyers may.
    Operators,
}

const METRICS: &str = "/metrics";
const ON_ADMIN_LISTENER: &str =
    "operators' routes answer on the admin listener of this node, and not on this one";
const ON_PUBLIC_LISTENER: &str =
    "buyers' and shops' routes answer on the http listener of this node, and not on this one";

/// The router for an audience.
pub(crate) fn router<P: Ports>(context: &Context<P>, audience: Audience) -> Router {
    let table = probes(reads(Table::new(context.metrics.clone())));
    let table = match audience {
        Audience::All => operators(shops(buyers(table))).on(Method::GET, METRICS, metrics::show),
        Audience::Buyers => operators(shops(buyers(table)).elsewhere(ON_ADMIN_LISTENER)).on(
            Method::GET,
            METRICS,
            metrics::show,
        ),
        Audience::Operators => {
            let table = operators(table).on(Method::GET, METRICS, metrics::show_on_admin_listener);
            shops(buyers(table.elsewhere(ON_PUBLIC_LISTENER)))
        }
    };
    table.into_router(context.clone())
}

fn probes<P: Ports>(table: Table<P>) -> Table<P> {
    table
        .on(Method::GET, "/healthz", health::alive)
        .on(Method::GET, "/readyz", health::ready)
        .on(Method::GET, "/problems", problems::list)
        .on(Method::GET, "/problems/{code}", problems::show)
}

fn reads<P: Ports>(table: Table<P>) -> Table<P> {
    table
        .on(Method::GET, "/v1/products", products::list)
        .on(Method::GET, "/v1/products/{id}", products::show)
        .on(Method::GET, "/v1/products/{id}/stock", stock::show)
        .on(Method::GET, "/v1/reservations", lists::of_buyer::<ReservationView, P>)
        .on(Method::GET, "/v1/reservations/{id}", reservations::show)
        .on(Method::GET, "/v1/orders", lists::of_buyer::<OrderView, P>)
        .on(Method::GET, "/v1/orders/{id}", orders::show)
}

fn buyers<P: Ports>(table: Table<P>) -> Table<P> {
    table
        .on(Method::POST, reservations::CREATE, reservations::create)
        .on(Method::DELETE, "/v1/reservations/{id}", reservations::cancel)
        .on(Method::POST, purchases::CREATE, purchases::create)
        .on(Method::GET, "/v1/payment-config", payments::config)
        .on(Method::POST, "/v1/reservations/{id}/payment", payments::pay)
        .on(Method::POST, "/v1/webhooks/stripe", webhooks::stripe)
}

fn shops<P: Ports>(table: Table<P>) -> Table<P> {
    table
        .on(Method::POST, "/v1/reservations/{id}/checkout", external::checkout)
        .on(Method::POST, "/v1/reservations/{id}/confirm", external::confirm)
        .on(Method::POST, "/v1/reservations/{id}/release", external::release)
}

fn operators<P: Ports>(table: Table<P>) -> Table<P> {
    table
        .on(Method::PUT, "/v1/products/{id}", products::put)
        .on(Method::POST, "/v1/products/{id}/pause", sales::pause)
        .on(Method::POST, "/v1/products/{id}/resume", sales::resume)
        .on(Method::POST, "/v1/products/{id}/archive", sales::archive)
        .on(Method::POST, "/v1/products/{id}/stock-adjustments", stock::adjust)
        .on(Method::GET, "/v1/products/{id}/reservations", lists::of_product::<ReservationView, P>)
        .on(Method::GET, "/v1/products/{id}/orders", lists::of_product::<OrderView, P>)
        .on(Method::POST, "/v1/orders/{id}/refunds", refunds::create)
        .on(Method::GET, "/v1/refunds/{id}", refunds::show)
        .on(Method::GET, "/v1/audit", audit::run)
        .on(Method::GET, "/v1/cluster", cluster::show)
        .on(Method::PUT, "/v1/cluster/nodes/{id}/replacement", cluster::replace)
        .on(Method::GET, "/v1/cluster/shards/{id}/snapshot", snapshots::show)
}
