//! Payments at the provider, over clusters of real processes and the provider's simulator, with faults on both sides.

#[path = "../cluster/mod.rs"]
mod cluster;

mod cards;
mod good;
mod killed;
mod lost_holds;
mod refunds;
mod sale;
