//! What operators do while a crowd buys: nodes are replaced and restarted in turn, and backups are taken.

#[path = "../cluster/mod.rs"]
mod cluster;

mod backup;
mod backup_paid;
mod beside;
mod interrupted;
mod lost;
mod newcomer_lost;
mod operator;
mod refused;
mod replaced;
mod rolling;
