//! The client, the saga and reconciliation over real HTTP on loopback, against a server that plays single exchanges.

mod client;
mod reconcile;
mod saga;
mod second_look;
mod server;
mod shop;
