//! What the log remembers of a shard, one fact at a time, and how a fact looks as bytes.
//!
//! kind (1 byte), zero (1), shard (2), body bytes (4), checksum (4), body; little endian. The checksum covers all but
//! itself and starts from the segment's seed, so that a record read alone, by the index, proves what it is.

use bytes::Bytes;
use engine::{ShardId, codec};
use openraft::EntryPayload;

use super::checkpoint::Checkpoint;
use crate::mirror::{Contradictory, Membership, RaftMembership};
use crate::types::{Entry, LeaderId, LogId, Payload, Vote};

/// The bytes of a record before its body.
pub(super) const HEADER_BYTES: usize = 12;

/// Marks an entry that was written before, into a segment that shall go.
const AGAIN: u8 = 0x80;

const VOTE: u8 = 1;
const COMMITTED: u8 = 2;
const BLANK: u8 = 3;
const NORMAL: u8 = 4;
const MEMBERSHIP: u8 = 5;
const TRUNCATE_AFTER: u8 = 6;
const PURGE: u8 = 7;
const CHECKPOINT: u8 = 8;

/// One fact in the ordered stream of a shard.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Record {
    Vote(Vote),
    Committed(Option<LogId>),
    /// The next entry.
    Append(Entry),
    /// An entry of the log, written again so that its old segment can go.
    Again(Entry),
    TruncateAfter(Option<LogId>),
    Purge(LogId),
    Checkpoint(Checkpoint),
}

impl Record {
    fn kind(&self) -> u8 {
        let of_entry = |entry: &Entry| match entry.payload {
            EntryPayload::Blank => BLANK,
            EntryPayload::Normal(_) => NORMAL,
            EntryPayload::Membership(_) => MEMBERSHIP,
        };
        match self {
            Record::Vote(_) => VOTE,
            Record::Committed(_) => COMMITTED,
            Record::Append(entry) => of_entry(entry),
            Record::Again(entry) => of_entry(entry) | AGAIN,
            Record::TruncateAfter(_) => TRUNCATE_AFTER,
            Record::Purge(_) => PURGE,
            Record::Checkpoint(_) => CHECKPOINT,
        }
    }

    /// Appends the record to `buffer`. An entry's payload is copied once, as it is.
    pub(super) fn encode(&self, shard: ShardId, seed: u32, buffer: &mut Vec<u8>) {
        let start = buffer.len();
        buffer.extend_from_slice(&[self.kind(), 0]);
        buffer.extend_from_slice(&shard.0.to_le_bytes());
        buffer.extend_from_slice(&[0; 8]);
        self.encode_body(buffer);
        let body = buffer.len() - start - HEADER_BYTES;
        let body = u32::try_from(body).expect("a record fits a segment, at most 1 GiB");
        buffer[start + 4..start + 8].copy_from_slice(&body.to_le_bytes());
        let crc = checksum(seed, &buffer[start..]);
        buffer[start + 8..start + 12].copy_from_slice(&crc.to_le_bytes());
    }

    fn encode_body(&self, buffer: &mut Vec<u8>) {
        match self {
            Record::Vote(vote) => {
                encode_leader(vote.leader_id, buffer);
                buffer.push(vote.committed.into());
            }
            Record::Committed(at) | Record::TruncateAfter(at) => {
                if let Some(at) = at {
                    encode_log_id(*at, buffer);
                }
            }
            Record::Purge(upto) => encode_log_id(*upto, buffer),
            Record::Append(entry) | Record::Again(entry) => encode_entry(entry, buffer),
            Record::Checkpoint(checkpoint) => buffer.extend_from_slice(&codec::encode(checkpoint)),
        }
    }

    /// Reads the record at the beginning of `bytes`, and how many bytes it has.
    ///
    /// # Errors
    /// Says what is wrong; any bytes may come in.
    pub(super) fn decode(bytes: &Bytes, seed: u32) -> Result<(ShardId, Record, usize), String> {
        let header: &[u8; HEADER_BYTES] = bytes.first_chunk().ok_or("a record's header is cut off")?;
        let len = HEADER_BYTES + u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        if len > bytes.len() {
            return Err(format!("a record claims {len} bytes where {} are left", bytes.len()));
        }
        if checksum(seed, &bytes[..len]).to_le_bytes() != header[8..12] {
            return Err("a record does not match its checksum".to_owned());
        }
        let shard = ShardId(u16::from_le_bytes([header[2], header[3]]));
        let record = decode_body(header[0], bytes.slice(HEADER_BYTES..len))?;
        Ok((shard, record, len))
    }
}

fn checksum(seed: u32, record: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c_append(seed, &record[..8]), &record[HEADER_BYTES..])
}

fn decode_body(kind: u8, mut body: Bytes) -> Result<Record, String> {
    let record = match kind {
        VOTE => {
            let leader_id = decode_leader(&mut body)?;
            Record::Vote(Vote { leader_id, committed: take::<1>(&mut body)? == [1] })
        }
        COMMITTED => Record::Committed(decode_optional(&mut body)?),
        TRUNCATE_AFTER => Record::TruncateAfter(decode_optional(&mut body)?),
        PURGE => Record::Purge(decode_log_id(&mut body)?),
        BLANK | NORMAL | MEMBERSHIP => Record::Append(decode_entry(kind, &mut body)?),
        CHECKPOINT => {
            let whole = body.split_to(body.len());
            Record::Checkpoint(codec::decode(&whole).map_err(|error| error.to_string())?)
        }
        _ if kind & AGAIN != 0 => Record::Again(decode_entry(kind & !AGAIN, &mut body)?),
        _ => return Err(format!("record kind {kind} is not known")),
    };
    if body.is_empty() { Ok(record) } else { Err(format!("{} bytes are left over in a record", body.len())) }
}

/// Whether the bytes are what can stand behind the header of some kind of record, which is the first of them.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn is_body(bytes: &Bytes) -> bool {
    bytes.first().is_some_and(|&kind| decode_body(kind, bytes.slice(1..)).is_ok())
}

fn encode_entry(entry: &Entry, buffer: &mut Vec<u8>) {
    encode_log_id(entry.log_id, buffer);
    match &entry.payload {
        EntryPayload::Blank => {}
        EntryPayload::Normal(payload) => buffer.extend_from_slice(&payload.0),
        EntryPayload::Membership(membership) => {
            buffer.extend_from_slice(&codec::encode(&Membership::from(membership)));
        }
    }
}

fn decode_entry(kind: u8, body: &mut Bytes) -> Result<Entry, String> {
    let log_id = decode_log_id(body)?;
    let rest = body.split_to(body.len());
    let payload = match kind {
        BLANK if rest.is_empty() => EntryPayload::Blank,
        NORMAL => EntryPayload::Normal(Payload(rest)),
        MEMBERSHIP => {
            let mirror: Membership = codec::decode(&rest).map_err(|error| error.to_string())?;
            let membership: RaftMembership =
                mirror.try_into().map_err(|error: Contradictory| error.to_string())?;
            EntryPayload::Membership(membership)
        }
        _ => return Err(format!("an entry of kind {kind} with {} bytes is not known", rest.len())),
    };
    Ok(Entry { log_id, payload })
}

fn encode_leader(leader: LeaderId, buffer: &mut Vec<u8>) {
    buffer.extend_from_slice(&leader.term.to_le_bytes());
    buffer.extend_from_slice(&leader.node_id.to_le_bytes());
}

fn decode_leader(body: &mut Bytes) -> Result<LeaderId, String> {
    let term = u64::from_le_bytes(take(body)?);
    Ok(LeaderId { term, node_id: u64::from_le_bytes(take(body)?) })
}

fn encode_log_id(id: LogId, buffer: &mut Vec<u8>) {
    encode_leader(id.leader_id, buffer);
    buffer.extend_from_slice(&id.index.to_le_bytes());
}

fn decode_log_id(body: &mut Bytes) -> Result<LogId, String> {
    let leader_id = decode_leader(body)?;
    Ok(LogId { leader_id, index: u64::from_le_bytes(take(body)?) })
}

fn decode_optional(body: &mut Bytes) -> Result<Option<LogId>, String> {
    if body.is_empty() { Ok(None) } else { decode_log_id(body).map(Some) }
}

fn take<const N: usize>(body: &mut Bytes) -> Result<[u8; N], String> {
    let taken = *body.first_chunk().ok_or("a record's body is cut off")?;
    bytes::Buf::advance(body, N);
    Ok(taken)
}
