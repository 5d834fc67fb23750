//! Payments while nodes are killed: at every step between what the provider did and the record of it, and at any moment
//! while the provider does all that a provider can do wrong.

#[path = "../cluster/mod.rs"]
mod cluster;
#[path = "../payments/sale.rs"]
mod sale;

mod books;
mod buyers;
mod chaos;
mod forger;
mod mix;
mod tally;
mod unrecorded;
mod visit;
