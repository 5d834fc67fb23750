//! Appends: a head by codec, then the entries' payloads as they are.
//!
//! ```text
//! u32 length of the head, little endian | head | payload | payload | ...
//! ```

use bincode::{Decode, Encode};
use bytes::{Buf, Bytes};
use engine::codec;
use openraft::EntryPayload;
use openraft::raft::{AppendEntriesRequest, StreamAppendError, StreamAppendResult};

use super::{Malformed, check_sender};
use crate::mirror::{LogId, Membership, Vote};
use crate::types::{self, Payload, Types};

/// The largest head, in bytes. It keeps what a decoder can be told to allocate in proportion.
const HEAD_BYTES_MAX: usize = 128 << 10;
/// The largest encoding of what a head says of one entry, a membership apart, in bytes.
const ENTRY_HEAD_BYTES: usize = 33;
/// The largest encoding of what a head says beside entries, in bytes.
const HEAD_BYTES: usize = 128;
/// Payloads below this are copied when they arrive. A slice would keep the whole buffer that was read, 64 KiB or
/// more, for as long as the log keeps a few bytes in memory.
const COPY_BELOW: usize = 1 << 10;

/// What an append says beside its payloads.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct AppendHead {
    /// The replication stream, numbered by the leader's node. After a failure nothing more of its stream is taken.
    pub(crate) stream: u64,
    pub(crate) vote: Vote,
    pub(crate) prev: Option<LogId>,
    pub(crate) committed: Option<LogId>,
    entries: Vec<EntryHead>,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
struct EntryHead {
    id: LogId,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
enum Content {
    Blank,
    /// So many bytes of payload.
    Batch(u32),
    Membership(Box<Membership>),
}

/// What came of an append.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) enum AppendAnswer {
    /// The log matches, durably, up to here.
    Matches(Option<LogId>),
    /// The log has something else at the place before the entries.
    Conflict(LogId),
    /// There is a newer leader or candidate.
    HigherVote(Vote),
}

/// How many of the entries fit a body of `bytes_max` bytes. 0 if not even the first of them does.
pub(crate) fn entries_that_fit(entries: &[types::Entry], bytes_max: usize) -> usize {
    let mut head = HEAD_BYTES;
    let mut payloads = 0;
    let fits = |entry: &types::Entry| {
        head += ENTRY_HEAD_BYTES;
        match &entry.payload {
            EntryPayload::Blank => {}
            EntryPayload::Normal(Payload(bytes)) => payloads += bytes.len(),
            EntryPayload::Membership(membership) => head += Membership::bytes_max(membership),
        }
        head <= HEAD_BYTES_MAX && head + payloads <= bytes_max
    };
    entries.iter().map(fits).take_while(|&fits| fits).count()
}

/// An append as the body of a frame. Payloads are neither encoded nor copied.
pub(crate) fn encode_append(stream: u64, append: AppendEntriesRequest<Types>) -> Vec<Bytes> {
    let mut body = Vec::with_capacity(1 + append.entries.len());
    body.push(Bytes::new());
    let mut entries = Vec::with_capacity(append.entries.len());
    for entry in append.entries {
        let content = match entry.payload {
            EntryPayload::Blank => Content::Blank,
            EntryPayload::Membership(membership) => Content::Membership(Box::new((&membership).into())),
            EntryPayload::Normal(Payload(bytes)) => {
                let length = u32::try_from(bytes.len()).expect("what does not fit a frame was left out");
                body.push(bytes);
                Content::Batch(length)
            }
        };
        entries.push(EntryHead { id: entry.log_id.into(), content });
    }
    let head = AppendHead {
        stream,
        vote: append.vote.into(),
        prev: append.prev_log_id.map(Into::into),
        committed: append.leader_commit.map(Into::into),
        entries,
    };
    body[0] = prefixed(&codec::encode(&head));
    body
}

fn prefixed(head: &[u8]) -> Bytes {
    let length = u32::try_from(head.len()).expect("a head has a few bytes an entry");
    let mut bytes = Vec::with_capacity(4 + head.len());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(head);
    bytes.into()
}

/// The number of the replication stream, and the append, that a body of node `from` is.
pub(crate) fn decode_append(
    mut body: Bytes,
    from: types::NodeId,
) -> Result<(u64, AppendEntriesRequest<Types>), Malformed> {
    let bytes = body.len();
    let length = body.try_get_u32_le().map_err(|_| Malformed::Short { bytes })?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > body.len() || length > HEAD_BYTES_MAX {
        return Err(Malformed::Short { bytes });
    }
    let head: AppendHead = codec::decode(&body.split_to(length))?;
    check(&head, from)?;
    let mut entries = Vec::with_capacity(head.entries.len());
    for entry in head.entries {
        let payload = payload(entry.content, &mut body)?;
        entries.push(types::Entry { log_id: entry.id.into(), payload });
    }
    if !body.is_empty() {
        return Err(Malformed::Trailing { left: body.len() });
    }
    let append = AppendEntriesRequest {
        vote: head.vote.into(),
        prev_log_id: head.prev.map(Into::into),
        entries,
        leader_commit: head.committed.map(Into::into),
    };
    Ok((head.stream, append))
}

fn payload(
    content: Content,
    payloads: &mut Bytes,
) -> Result<EntryPayload<Payload, types::NodeId, openraft::BasicNode>, Malformed> {
    Ok(match content {
        Content::Blank => EntryPayload::Blank,
        Content::Membership(membership) => EntryPayload::Membership((*membership).try_into()?),
        Content::Batch(length) => {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if length > payloads.len() {
                return Err(Malformed::Short { bytes: payloads.len() });
            }
            let slice = payloads.split_to(length);
            EntryPayload::Normal(Payload(if length < COPY_BELOW {
                Bytes::copy_from_slice(&slice)
            } else {
                slice
            }))
        }
    })
}

/// What openraft takes for granted.
fn check(head: &AppendHead, from: types::NodeId) -> Result<(), Malformed> {
    check_sender(&head.vote, from)?;
    if !head.vote.committed {
        return Err(Malformed::Uncommitted);
    }
    let mut next = head.prev.map_or(Some(0), |prev| prev.index.checked_add(1));
    let mut leader = head.prev.map_or((0, 0), LogId::leader);
    for EntryHead { id, .. } in &head.entries {
        if next != Some(id.index) || id.leader() < leader {
            return Err(Malformed::Gap { index: id.index });
        }
        next = id.index.checked_add(1);
        leader = id.leader();
    }
    if leader > head.vote.leader() { Err(Malformed::AheadOfVote) } else { Ok(()) }
}

impl From<StreamAppendResult<Types>> for AppendAnswer {
    fn from(result: StreamAppendResult<Types>) -> Self {
        match result {
            Ok(id) => Self::Matches(id.map(Into::into)),
            Err(StreamAppendError::Conflict(id)) => Self::Conflict(id.into()),
            Err(StreamAppendError::HigherVote(vote)) => Self::HigherVote(vote.into()),
        }
    }
}

impl From<AppendAnswer> for StreamAppendResult<Types> {
    fn from(answer: AppendAnswer) -> Self {
        match answer {
            AppendAnswer::Matches(id) => Ok(id.map(Into::into)),
            AppendAnswer::Conflict(id) => Err(StreamAppendError::Conflict(id.into())),
            AppendAnswer::HigherVote(vote) => Err(StreamAppendError::HigherVote(vote.into())),
        }
    }
}
