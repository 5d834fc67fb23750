//! What a log entry carries: the number under which its proposer knows it, and the batch.

use bytes::Bytes;
use engine::{Batch, codec};

const NONCE_BYTES: usize = 8;

/// A batch, with the number under which its proposer knows it.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// Chosen by the proposer, unique among all nodes and times.
    pub nonce: u64,
    /// The batch.
    pub batch: Batch,
}

/// Why an entry's bytes are not a batch. The log and the wire check sums, so this means another version wrote it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There are not even the bytes of the number.
    #[error("an entry of {0} bytes is too short to be one")]
    Short(usize),
    /// The batch does not decode.
    #[error("the batch of an entry does not decode: {0}")]
    Batch(#[from] codec::Error),
}

/// Encodes an entry. It is encoded once, by its proposer; log, wire and followers share the bytes.
pub fn encode(nonce: u64, batch: &Batch) -> Bytes {
    let mut bytes = Vec::with_capacity(NONCE_BYTES + 1 + 16 + batch.proposals.len() * 128);
    bytes.extend_from_slice(&nonce.to_le_bytes());
    bytes.push(codec::FORMAT);
    codec::encode_into(batch, &mut bytes);
    bytes.into()
}

/// Decodes an entry.
///
/// # Errors
/// Any bytes give a batch or an [`Error`].
pub fn decode(bytes: &[u8]) -> Result<Numbered, Error> {
    let (nonce, batch) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(Error::Short(bytes.len()))?;
    Ok(Numbered { nonce: u64::from_le_bytes(*nonce), batch: codec::decode(batch)? })
}
