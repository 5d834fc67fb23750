//! A frame: a mark, a length, a number and a checksum before the entries of one sync, a line of JSON each.

use crate::book::Entry;

/// What a file begins with: name and version of the format.
pub(super) const HEADER: &[u8; 8] = b"FSSIML01";
/// How many bytes stand before a frame's payload.
pub(super) const HEAD: usize = 20;
/// How large a payload may be.
pub(super) const PAYLOAD_MAX: usize = 64 << 20;
const MARK: [u8; 4] = [0xf1, 0xa5, 0x5a, 0x1e];

/// Puts a head before `payload`.
pub(super) fn encode(number: u64, payload: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(payload.len()).expect("payloads are bounded far below 4 GiB");
    out.extend_from_slice(&MARK);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(&checksum(length, number, payload).to_le_bytes());
    out.extend_from_slice(payload);
}

/// The whole frame of this number at the beginning of `bytes`: its payload.
pub(super) fn decode(bytes: &[u8], number: u64) -> Option<&[u8]> {
    let (found, payload) = any(bytes)?;
    (found == number).then_some(payload)
}

/// Whether a whole frame of a later number than `number` is anywhere in `bytes`.
pub(super) fn has_later(bytes: &[u8], number: u64) -> bool {
    let marks = bytes.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    marks.filter_map(|(at, _)| any(bytes.get(at..)?)).any(|(found, _)| found > number)
}

fn any(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (mark, head) = head.split_at_checked(4)?;
    let (length, head) = head.split_first_chunk::<4>()?;
    let (number, head) = head.split_first_chunk::<8>()?;
    let (sum, _) = head.split_first_chunk::<4>()?;
    let (length, number) = (u32::from_le_bytes(*length), u64::from_le_bytes(*number));
    let size = usize::try_from(length).ok().filter(|size| *size <= PAYLOAD_MAX)?;
    let payload = rest.get(..size)?;
    let whole = mark == MARK && u32::from_le_bytes(*sum) == checksum(length, number, payload);
    whole.then_some((number, payload))
}

fn checksum(length: u32, number: u64, payload: &[u8]) -> u32 {
    let sum = crc32c::crc32c(&length.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c_append(sum, &number.to_le_bytes()), payload)
}

/// The entries of a payload, or what is wrong with it.
pub(super) fn entries(payload: &[u8]) -> Result<Vec<Entry>, String> {
    let lines = payload.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).map_err(|error| error.to_string())).collect()
}
