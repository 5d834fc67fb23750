//! What the gateway needs from the rest of the house, as ports that the composition root ties to it.

mod audit;
mod lists;
mod operations;
mod payment_audit;
mod payments;
mod replacement;
mod sale;
mod snapshot;

pub use engine::{Settled, Unsettled};

pub use audit::{AuditReport, ProductAudit, ReplicaHash, ShardAudit};
pub use lists::{Filter, Lists, ListsUnavailable, Page};
pub use operations::{
    ClusterStatus, MemberRole, MemberStatus, NodeStatus, Operations, ReplicaStatus, ShardStatus,
};
pub use payment_audit::{
    AlarmKind, Alarms, ChargedOrders, OpenAlarm, OpenRefunds, PaymentAudit, PaymentCounts, Takings,
};
pub use payments::{Amounts, Heard, PaymentAccount, Payments, Unaccepted};
pub use replacement::{NotReplaced, Replacement, ReplacementShard, ReplacementStage, ReplacementStatus};
pub use sale::{Sale, Submission};
pub use snapshot::{NoSnapshot, ShardSnapshot};
