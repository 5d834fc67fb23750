//! The simulator from outside: real HTTP over loopback.

mod accounts;
mod audit;
mod authentication;
mod client;
mod faults;
mod fixture;
mod idempotency;
mod intents;
mod limits;
mod lists;
mod parameters;
mod receiver;
mod refunds;
mod restart;
mod scripts;
mod storm;
mod versions;
mod webhooks;
