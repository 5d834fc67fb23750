//! What the self-audit finds, as it is told.

use serde::Serialize;

use super::payment_audit::{PaymentAudit, PaymentCounts};

/// What the self-audit found.
#[derive(Clone, Debug, Serialize)]
pub struct AuditReport {
    /// Whether everything adds up on every replica that could be reached, and a majority could.
    pub ok: bool,
    /// What does not, in sentences.
    pub violations: Vec<String>,
    /// The nodes whose replicas were all asked: what is said here, is said of them.
    pub reached: Vec<u64>,
    /// The nodes of which a replica could not be asked.
    pub not_reached: Vec<u64>,
    /// Every product, on every replica.
    pub products: Vec<ProductAudit>,
    /// Every shard's replicas compared.
    pub shards: Vec<ShardAudit>,
    /// The payments by the provider of all these products.
    pub payments: PaymentAudit,
}

/// A product's count on one replica: what the books say, and what recounting every reservation and order gives.
#[derive(Clone, Debug, Serialize)]
pub struct ProductAudit {
    /// Which one.
    pub product_id: String,
    /// On which node.
    pub node: u64,
    /// At which log index.
    pub index: u64,
    /// The books: all units.
    pub total: u64,
    /// The books: free units.
    pub available: u64,
    /// The books: held units.
    pub held: u64,
    /// The books: sold units.
    pub sold: u64,
    /// Recounted from the reservations.
    pub counted_held: u64,
    /// Recounted from the orders.
    pub counted_sold: u64,
    /// How many orders there are.
    pub orders: u64,
    /// Whether it is frozen.
    pub frozen: bool,
    /// Its payments by the provider.
    pub payments: PaymentCounts,
}

/// A shard's replicas at one log index.
#[derive(Clone, Debug, Serialize)]
pub struct ShardAudit {
    /// The shard.
    pub shard: u16,
    /// The newest log index at which the replicas could be compared.
    pub index: Option<u64>,
    /// The state hash of each at that index, in hexadecimal.
    pub hashes: Vec<ReplicaHash>,
}

/// One replica's state hash.
#[derive(Clone, Debug, Serialize)]
pub struct ReplicaHash {
    /// On which node.
    pub node: u64,
    /// The hash.
    pub hash: String,
}
