//! The gateway from outside: every route, every code, over ports that are backed by the real engine.

mod attempts;
mod audit_and_cluster;
mod bad_input;
mod client;
mod drain;
mod external_payments;
mod fixture;
mod health_and_metrics;
mod house;
mod idempotency;
mod identity;
mod lists;
mod overload;
mod payments;
mod precedence;
mod preconditions;
mod problems;
mod products;
mod reference;
mod refunds;
mod sales;
mod socket;
mod sockets;
mod stock;
mod unsettled;
mod webhooks;
