//! What happens to the wires between nodes: partitions of every kind, delay, loss and resets, on clusters of real
//! processes under load, and what must hold all the same.

#[path = "../cluster/mod.rs"]
mod cluster;

mod alone;
mod bridge;
mod install;
mod one_way;
mod restarting;
mod rough;
mod sale;
mod stubborn;
