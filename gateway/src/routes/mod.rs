//! The routes, each resource in its own file, put together into the routers of the listeners.

mod audit;
mod cluster;
mod health;
mod metrics;
mod orders;
mod payments;
mod problems;
mod products;
mod purchases;
mod refunds;
mod reservations;
mod sales;
mod stock;
mod table;

use axum::Router;
use axum::http::Method;

use crate::context::Context;
use crate::ports::Ports;
use table::Table;

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

/// The router for an audience.
pub(crate) fn router<P: Ports>(context: &Context<P>, audience: Audience) -> Router {
    let mut table = probes(reads(Table::new(context.metrics.clone())));
    if audience != Audience::Operators {
        table = shops(buyers(table));
    }
    if audience != Audience::Buyers {
        table = operators(table);
    }
    table = match audience {
        Audience::Operators => table.on(Method::GET, "/metrics", metrics::show_on_admin_listener),
        Audience::All => table.on(Method::GET, "/metrics", metrics::show),
        Audience::Buyers => table,
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
        .on(Method::GET, "/v1/reservations", reservations::list)
        .on(Method::GET, "/v1/reservations/{id}", reservations::show)
        .on(Method::GET, "/v1/orders", orders::list)
        .on(Method::GET, "/v1/orders/{id}", orders::show)
}

fn buyers<P: Ports>(table: Table<P>) -> Table<P> {
    table
        .on(Method::POST, reservations::CREATE, reservations::create)
        .on(Method::DELETE, "/v1/reservations/{id}", reservations::cancel)
        .on(Method::POST, purchases::CREATE, purchases::create)
}

fn shops<P: Ports>(table: Table<P>) -> Table<P> {
    table
        .on(Method::POST, "/v1/reservations/{id}/checkout", payments::checkout)
        .on(Method::POST, "/v1/reservations/{id}/confirm", payments::confirm)
        .on(Method::POST, "/v1/reservations/{id}/release", payments::release)
}

fn operators<P: Ports>(table: Table<P>) -> Table<P> {
    table
        .on(Method::PUT, "/v1/products/{id}", products::put)
        .on(Method::POST, "/v1/products/{id}/pause", sales::pause)
        .on(Method::POST, "/v1/products/{id}/resume", sales::resume)
        .on(Method::POST, "/v1/products/{id}/archive", sales::archive)
        .on(Method::POST, "/v1/products/{id}/stock-adjustments", stock::adjust)
        .on(Method::GET, "/v1/products/{id}/reservations", reservations::list_of_product)
        .on(Method::GET, "/v1/products/{id}/orders", orders::list_of_product)
        .on(Method::POST, "/v1/orders/{id}/refunds", refunds::create)
        .on(Method::GET, "/v1/refunds/{id}", refunds::show)
        .on(Method::GET, "/v1/audit", audit::run)
        .on(Method::GET, "/v1/cluster", cluster::show)
}
