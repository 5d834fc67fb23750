//! The payment provider, as the gateway and the metrics of a node know it.

mod metrics;
mod port;

use std::sync::Arc;

use cashier::Cashier;
use prometheus_client::registry::Registry;
use raft::node::Node;

pub(super) use port::NodePayments;

/// What the gateway asks: of a node without a provider nobody pays by one.
pub(super) fn port(node: &Arc<Node>, cashier: Option<&Cashier>) -> NodePayments {
    NodePayments { node: Arc::clone(node), till: cashier.map(|cashier| cashier.till().clone()) }
}

/// Registers what is counted.
pub(super) fn register(registry: &mut Registry, cashier: &Cashier) {
    metrics::register(registry, cashier.saga());
}
