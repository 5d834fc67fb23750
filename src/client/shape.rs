//! The shapes of answers, as far as they are shown. Fields of later versions are ignored.

use serde::Deserialize;

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(crate) struct List<T> {
    pub(crate) data: Vec<T>,
    pub(crate) has_more: bool,
    pub(crate) next_cursor: Option<String>,
}

/// A product.
#[derive(Debug, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) price: Price,
    pub(crate) status: String,
    pub(crate) payment: String,
    pub(crate) max_per_buyer: u64,
    pub(crate) hold_seconds: u64,
    pub(crate) opens_at: Option<String>,
    pub(crate) closes_at: Option<String>,
    pub(crate) current_stock: Stock,
    pub(crate) revision: u64,
}

/// What one unit costs.
#[derive(Debug, Deserialize)]
pub(crate) struct Price {
    pub(crate) amount: u64,
    pub(crate) currency: String,
}

/// A product's units.
#[derive(Debug, Deserialize)]
pub(crate) struct Stock {
    pub(crate) total: u64,
    pub(crate) available: u64,
    pub(crate) held: u64,
    pub(crate) sold: u64,
}

/// An order.
#[derive(Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) reservation_id: String,
    /// What the payment is called where it was taken.
    pub(crate) payment_id: Option<String>,
    pub(crate) buyer_id: String,
    pub(crate) quantity: u64,
    pub(crate) amount: u64,
    pub(crate) currency: String,
    pub(crate) status: String,
    pub(crate) capture: String,
    pub(crate) refunded_amount: u64,
    pub(crate) created_at: String,
}

/// A refund.
#[derive(Debug, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) order_id: String,
    pub(crate) amount: u64,
    pub(crate) currency: String,
    pub(crate) status: String,
}

/// An adjustment of a product's stock.
#[derive(Debug, Deserialize)]
pub(crate) struct Adjustment {
    pub(crate) delta: i64,
    pub(crate) reason: String,
}

/// The cluster as a node sees it.
#[derive(Debug, Deserialize)]
pub(crate) struct ClusterStatus {
    pub(crate) name: String,
    pub(crate) answered_by: u64,
    pub(crate) nodes: Vec<Node>,
    pub(crate) shards: Vec<Shard>,
}

/// A node of the cluster.
#[derive(Debug, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: u64,
    pub(crate) http: String,
    pub(crate) peer: String,
    pub(crate) reachable: bool,
}

/// A shard.
#[derive(Debug, Deserialize)]
pub(crate) struct Shard {
    pub(crate) id: u16,
    pub(crate) leader: Option<u64>,
    pub(crate) term: u64,
    pub(crate) members: Vec<Member>,
    pub(crate) replicas: Vec<Replica>,
}

/// A member of a shard's group.
#[derive(Debug, Deserialize)]
pub(crate) struct Member {
    pub(crate) node: u64,
    pub(crate) role: String,
}

/// How far a replacement is.
#[derive(Debug, Deserialize)]
pub(crate) struct Replacement {
    pub(crate) done: bool,
    pub(crate) shards: Vec<ReplacementShard>,
    pub(crate) waiting: Option<String>,
}

/// How far a shard is with a replacement.
#[derive(Debug, Deserialize)]
pub(crate) struct ReplacementShard {
    pub(crate) id: u16,
    pub(crate) stage: String,
    pub(crate) behind: Option<u64>,
    pub(crate) reason: Option<String>,
}

/// A replica of a shard.
#[derive(Debug, Deserialize)]
pub(crate) struct Replica {
    pub(crate) node: u64,
    pub(crate) applied_index: u64,
    pub(crate) lag: u64,
}

/// What the self-audit found.
#[derive(Debug, Deserialize)]
pub(crate) struct AuditReport {
    pub(crate) ok: bool,
    pub(crate) violations: Vec<String>,
    pub(crate) reached: Vec<u64>,
    pub(crate) not_reached: Vec<u64>,
    pub(crate) products: Vec<ProductAudit>,
    pub(crate) payments: PaymentAudit,
}

/// A product's count on one replica.
#[derive(Debug, Deserialize)]
pub(crate) struct ProductAudit {
    pub(crate) product_id: String,
    pub(crate) node: u64,
    pub(crate) total: u64,
    pub(crate) available: u64,
    pub(crate) held: u64,
    pub(crate) sold: u64,
    pub(crate) orders: u64,
    pub(crate) payments: PaymentCounts,
}

/// The payments by the provider.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PaymentAudit {
    #[serde(flatten)]
    pub(crate) counts: PaymentCounts,
    pub(crate) open_alarms: Vec<OpenAlarm>,
}

/// How many payments by the provider stand where.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PaymentCounts {
    pub(crate) orders: ChargedOrders,
    pub(crate) paying: u64,
    pub(crate) refunds: OpenRefunds,
    pub(crate) takings: Vec<Takings>,
    pub(crate) alarms: Alarms,
}

/// Orders by the state of their capture.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ChargedOrders {
    pub(crate) pending: u64,
    pub(crate) captured: u64,
    pub(crate) failed: u64,
}

/// Refunds that did not arrive.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct OpenRefunds {
    pub(crate) pending: u64,
    pub(crate) failed: u64,
}

/// Money in one currency, in its minor units.
#[derive(Debug, Deserialize)]
pub(crate) struct Takings {
    pub(crate) currency: String,
    pub(crate) pending: u64,
    pub(crate) captured: u64,
    pub(crate) refunded: u64,
    pub(crate) refunding: u64,
}

/// How many alarms are open.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Alarms {
    pub(crate) unsettled: u64,
    pub(crate) compensating: u64,
    pub(crate) capture_failed: u64,
    pub(crate) refund_returned: u64,
}

/// A payment that somebody has to look at.
#[derive(Debug, Deserialize)]
pub(crate) struct OpenAlarm {
    pub(crate) alarm: String,
    pub(crate) reservation_id: String,
    pub(crate) product_id: String,
    #[serde(rename = "try")]
    pub(crate) attempt: u8,
    pub(crate) payment_id: Option<String>,
}
