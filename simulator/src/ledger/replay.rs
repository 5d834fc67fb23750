//! Reading a ledger from its beginning to where it ends, or was torn.

use std::path::Path;

use super::error::LedgerError;
use super::frame::{self, HEAD, HEADER};
use crate::book::Entry;

/// Where a ledger goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The length of what is whole.
    pub(super) length: u64,
    /// The number of the next frame.
    pub(super) next: u64,
}

/// Hands every entry to `take`, and says where the ledger ends.
pub(super) fn replay(
    path: &Path,
    bytes: &[u8],
    mut take: impl FnMut(Entry) -> Result<(), LedgerError>,
) -> Result<End, LedgerError> {
    let damaged = |offset: usize, what: String| LedgerError::Damaged {
        path: path.to_owned(),
        offset: u64::try_from(offset).unwrap_or(u64::MAX),
        what,
    };
    let (mut offset, mut next) = (HEADER.len(), 1);
    while let Some(rest) = bytes.get(offset..).filter(|rest| !rest.is_empty()) {
        let Some(payload) = frame::decode(rest, next) else {
            if frame::has_later(rest, next) {
                return Err(damaged(offset, "a whole frame follows one that is not".into()));
            }
            tracing::warn!(path = %path.display(), offset, "cut the ledger's torn end: nobody was told of it");
            break;
        };
        for entry in frame::entries(payload).map_err(|what| damaged(offset, what))? {
            take(entry)?;
        }
        offset += HEAD + payload.len();
        next += 1;
    }
    Ok(End { length: u64::try_from(offset).unwrap_or(u64::MAX), next })
}
