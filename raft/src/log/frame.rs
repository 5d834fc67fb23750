//! What one sync makes durable: a header, records of any shards, zeros to the end of the page.

use super::segment::PAGE_BYTES;

/// The length of a frame's header.
pub(super) const HEADER_BYTES: usize = 32;

const MAGIC: u32 = u32::from_le_bytes(*b"FRAM");

/// A frame's header: magic, records, sequence, body bytes, flags, body checksum, header checksum; little endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Counts the node's frames, up by one, across segments.
    pub(super) sequence: u64,
    /// How many records.
    pub(super) records: u32,
    /// Their bytes, without the zeros behind them.
    pub(super) body_bytes: u32,
    /// Whether the frame is the first of its segment, and begins with the checkpoint of every shard.
    pub(super) opens_segment: bool,
    body_crc: u32,
}

impl Header {
    /// Reads a header. `None` if there is none here that was written to this segment.
    pub(super) fn decode(bytes: &[u8], seed: u32) -> Option<Header> {
        let bytes: &[u8; HEADER_BYTES] = bytes.first_chunk()?;
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if word(0) != MAGIC || word(28) != crc32c::crc32c_append(seed, &bytes[..28]) || word(20) > 1 {
            return None;
        }
        let sequence = u64::from(word(8)) | u64::from(word(12)) << 32;
        let opens_segment = word(20) == 1;
        Some(Header { sequence, records: word(4), body_bytes: word(16), opens_segment, body_crc: word(24) })
    }

    /// How many bytes of the segment the frame takes.
    pub(super) fn frame_bytes(&self) -> u64 {
        (HEADER_BYTES as u64 + u64::from(self.body_bytes)).next_multiple_of(u64::from(PAGE_BYTES))
    }

    /// Whether `frame`, as long as [`Header::frame_bytes`] says, is what was written.
    pub(super) fn matches(&self, frame: &[u8], seed: u32) -> bool {
        crc32c::crc32c_append(seed, &frame[HEADER_BYTES..]) == self.body_crc
    }
}

/// The checksum in the header of a whole frame, which covers that of the body.
pub(super) fn checksum(frame: &[u8]) -> u32 {
    u32::from_le_bytes(frame[28..32].try_into().expect("four bytes"))
}

/// Completes the frame in `buffer`, which has room for the header followed by the records: pads it and fills in the
/// header.
pub(super) fn seal(buffer: &mut Vec<u8>, sequence: u64, records: u32, opens_segment: bool, seed: u32) {
    let body_bytes =
        u32::try_from(buffer.len() - HEADER_BYTES).expect("a frame fits a segment, at most 1 GiB");
    buffer.resize(buffer.len().next_multiple_of(PAGE_BYTES as usize), 0);
    let body_crc = crc32c::crc32c_append(seed, &buffer[HEADER_BYTES..]);
    buffer[0..4].copy_from_slice(&MAGIC.to_le_bytes());
    buffer[4..8].copy_from_slice(&records.to_le_bytes());
    buffer[8..16].copy_from_slice(&sequence.to_le_bytes());
    buffer[16..20].copy_from_slice(&body_bytes.to_le_bytes());
    buffer[20..24].copy_from_slice(&u32::from(opens_segment).to_le_bytes());
    buffer[24..28].copy_from_slice(&body_crc.to_le_bytes());
    let header_crc = crc32c::crc32c_append(seed, &buffer[..28]);
    buffer[28..32].copy_from_slice(&header_crc.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Vec<u8> {
        let mut buffer = vec![0; HEADER_BYTES];
        buffer.extend_from_slice(b"records");
        seal(&mut buffer, 7, 1, false, 99);
        buffer
    }

    #[test]
    fn a_frame_is_whole_pages_and_reads_back() {
        let frame = frame();
        assert_eq!(frame.len(), PAGE_BYTES as usize);
        let header = Header::decode(&frame, 99).expect("it was just written");
        assert_eq!((header.sequence, header.records, header.body_bytes), (7, 1, 7));
        assert!(header.matches(&frame, 99));
    }

    #[test]
    fn no_bit_can_flip_unnoticed() {
        for bit in 0..frame().len() * 8 {
            let mut frame = frame();
            frame[bit / 8] ^= 1 << (bit % 8);
            assert!(
                !Header::decode(&frame, 99).is_some_and(|header| header.matches(&frame, 99)),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn another_segments_frame_does_not_pass() {
        assert_eq!(Header::decode(&frame(), 98), None);
    }
}
