//! What the gateway needs from the rest of the house, as ports that the composition root ties to it.

mod lists;
mod operations;
mod payments;
mod sale;

pub use engine::{Settled, Unsettled};

pub use lists::{Filter, Lists, ListsUnavailable, Page};
pub use operations::{
    AuditReport, ClusterStatus, NodeStatus, Operations, ProductAudit, ReplicaHash, ReplicaStatus, ShardAudit,
    ShardStatus,
};
pub use payments::{PaymentAccount, Payments, Unaccepted};
pub use sale::{Sale, Submission};
