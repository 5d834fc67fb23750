//! Who belongs to a cluster changes, and nodes are restarted in turn, while a crowd buys.

#[path = "../cluster/mod.rs"]
mod cluster;

mod interrupted;
mod operator;
mod refused;
mod replaced;
mod rolling;
