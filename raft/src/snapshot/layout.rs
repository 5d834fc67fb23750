//! How a snapshot looks as bytes.
//!
//! header: magic (8 bytes), format (4), shard (2), zero (2), meta bytes (4), meta, checksum (4);
//! chunks of 64 KiB of content, the last one shorter, each followed by its checksum (4);
//! footer: magic (8), content bytes (8), checksum over all chunk checksums (4), checksum (4). Little endian.
//! Each checksum starts from that of the header, a chunk's also from its number: no piece passes in another place.

use engine::{ShardId, codec};

use crate::mirror;
use crate::types::SnapshotMeta;

/// The format that is written; also the newest that is read.
pub(super) const FORMAT: u32 = 1;
/// The content bytes of a chunk.
pub(super) const CHUNK_BYTES: usize = 64 << 10;
/// The bytes of a checksum.
pub(super) const CHECKSUM_BYTES: usize = 4;
pub(super) const FOOTER_BYTES: usize = 24;
/// The header's bytes before the meta.
pub(super) const PREFIX_BYTES: usize = 20;
/// A meta is at most this long: a membership of many thousand nodes.
pub(super) const META_BYTES_MAX: usize = 1 << 20;

const MAGIC: [u8; 8] = *b"FLASHSNP";
const FOOTER_MAGIC: [u8; 8] = *b"FLASHEND";

/// Header bytes, and the checksum that everything behind them starts from.
pub(super) fn encode_header(shard: ShardId, meta: &SnapshotMeta) -> (Vec<u8>, u32) {
    let meta = codec::encode(&mirror::SnapshotMeta::from(meta));
    let meta_bytes = u32::try_from(meta.len()).expect("a membership is far below 4 GiB");
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&shard.0.to_le_bytes());
    bytes.extend_from_slice(&[0; 2]);
    bytes.extend_from_slice(&meta_bytes.to_le_bytes());
    bytes.extend_from_slice(&meta);
    let crc = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    (bytes, crc)
}

/// Why a header or footer is not one.
#[derive(Debug)]
pub(super) enum Wrong {
    Format(u32),
    Damaged(&'static str),
}

/// The whole header's length, read from its first [`PREFIX_BYTES`].
pub(super) fn header_bytes(prefix: &[u8; PREFIX_BYTES]) -> Result<usize, Wrong> {
    if prefix[..8] != MAGIC {
        return Err(Wrong::Damaged("this is not a snapshot"));
    }
    let word = |at: usize| u32::from_le_bytes([prefix[at], prefix[at + 1], prefix[at + 2], prefix[at + 3]]);
    let meta_bytes = word(16) as usize;
    if word(8) != FORMAT {
        return Err(Wrong::Format(word(8)));
    }
    if meta_bytes > META_BYTES_MAX {
        return Err(Wrong::Damaged("the header claims to be larger than any can be"));
    }
    Ok(PREFIX_BYTES + meta_bytes + CHECKSUM_BYTES)
}

/// Shard, meta and checksum of a whole header.
pub(super) fn decode_header(header: &[u8]) -> Result<(ShardId, SnapshotMeta, u32), Wrong> {
    let (covered, stored) = header.split_at(header.len() - CHECKSUM_BYTES);
    let crc = crc32c::crc32c(covered);
    if crc.to_le_bytes() != *stored {
        return Err(Wrong::Damaged("the header does not match its checksum"));
    }
    let shard = ShardId(u16::from_le_bytes([covered[12], covered[13]]));
    let mirror: mirror::SnapshotMeta =
        codec::decode(&covered[PREFIX_BYTES..]).map_err(|_| Wrong::Damaged("the meta does not decode"))?;
    let meta = mirror.try_into().map_err(|_| Wrong::Damaged("the membership contradicts itself"))?;
    Ok((shard, meta, crc))
}

/// The checksum of chunk `number`.
pub(super) fn chunk_checksum(header_crc: u32, number: u64, content: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c_append(header_crc, &number.to_le_bytes()), content)
}

pub(super) fn encode_footer(header_crc: u32, content_bytes: u64, total: u32) -> Vec<u8> {
    let mut bytes = FOOTER_MAGIC.to_vec();
    bytes.extend_from_slice(&content_bytes.to_le_bytes());
    bytes.extend_from_slice(&total.to_le_bytes());
    bytes.extend_from_slice(&crc32c::crc32c_append(header_crc, &bytes).to_le_bytes());
    bytes
}

/// Content bytes and total of a footer.
pub(super) fn decode_footer(header_crc: u32, footer: &[u8; FOOTER_BYTES]) -> Result<(u64, u32), Wrong> {
    let checksum = crc32c::crc32c_append(header_crc, &footer[..20]);
    if footer[..8] != FOOTER_MAGIC || checksum.to_le_bytes() != footer[20..] {
        return Err(Wrong::Damaged("the footer does not match its checksum"));
    }
    let content = u64::from_le_bytes(footer[8..16].try_into().expect("eight bytes"));
    let total = u32::from_le_bytes(footer[16..20].try_into().expect("four bytes"));
    Ok((content, total))
}

/// How far the chunks of `content_bytes` reach, with their checksums.
pub(super) fn stored_bytes(content_bytes: u64) -> Option<u64> {
    let chunks = content_bytes.div_ceil(CHUNK_BYTES as u64);
    content_bytes.checked_add(chunks.checked_mul(CHECKSUM_BYTES as u64)?)
}

/// Where chunk `number` begins, from the first chunk on.
pub(super) fn chunk_offset(number: u64) -> u64 {
    number * (CHUNK_BYTES + CHECKSUM_BYTES) as u64
}
