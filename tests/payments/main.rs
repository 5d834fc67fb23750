//! Payments at the provider, over clusters of real processes and the provider's simulator.

#[path = "../cluster/mod.rs"]
mod cluster;

mod cards;
mod compensation;
mod good;
mod library;
mod lost_holds;
mod reconcile;
mod refunds;
mod refused_events;
mod refused_payments;
mod refused_products;
mod sale;
mod shop;
