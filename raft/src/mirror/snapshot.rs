//! What is known of a snapshot beside its content.

use bincode::{Decode, Encode};

use super::{Contradictory, LogId, Membership};
use crate::types::{self, StoredMembership};

/// What a snapshot covers, and who was in the group by then.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct SnapshotMeta {
    last: Option<LogId>,
    membership_at: Option<LogId>,
    membership: Membership,
}

impl SnapshotMeta {
    /// The newest entry that it speaks of.
    pub(crate) fn newest(&self) -> Option<LogId> {
        self.last.max(self.membership_at)
    }
}

impl From<&types::SnapshotMeta> for SnapshotMeta {
    fn from(meta: &types::SnapshotMeta) -> SnapshotMeta {
        SnapshotMeta {
            last: meta.last_log_id.map(Into::into),
            membership_at: meta.last_membership.log_id().map(Into::into),
            membership: meta.last_membership.membership().into(),
        }
    }
}

impl TryFrom<SnapshotMeta> for types::SnapshotMeta {
    type Error = Contradictory;

    fn try_from(meta: SnapshotMeta) -> Result<types::SnapshotMeta, Contradictory> {
        let membership = meta.membership.try_into()?;
        let last_membership = StoredMembership::new(meta.membership_at.map(Into::into), membership);
        Ok(types::SnapshotMeta { last_log_id: meta.last.map(Into::into), last_membership })
    }
}
