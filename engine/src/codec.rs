//! The one place that knows how persistent and transmitted values look as bytes.
//!
//! A value is one format byte followed by its bincode 2 encoding (little endian, variable-length integers). Old bytes
//! stay readable: a change of layout takes a new format byte and keeps a decoder for the old one; `tests/samples`
//! keeps bytes of every format ever written. That is so from 0.1.0 on: before it, format 1 is what it is on the day.

use bincode::config::{self, Configuration, Limit, LittleEndian, Varint};
use bincode::de::Decode;
use bincode::enc::Encode;

/// The format that [`encode`] writes.
pub const FORMAT: u8 = 1;

/// Why bytes are not a value.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// There was not even a format byte.
    #[error("no bytes to decode")]
    Empty,
    /// The bytes were written by a newer version of this software, or are not ours.
    #[error("format {found} is not known here; this version reads format {FORMAT}")]
    UnknownFormat {
        /// The format byte that was found.
        found: u8,
    },
    /// The bytes stop early, or hold what the type does not allow.
    #[error("{bytes} bytes do not decode: {reason}")]
    Malformed {
        /// How many bytes there were.
        bytes: usize,
        /// What the decoder said.
        reason: String,
    },
    /// The value was read and bytes were left over.
    #[error("{left} of {bytes} bytes are left over behind the value")]
    Trailing {
        /// How many bytes there were.
        bytes: usize,
        /// How many were not used.
        left: usize,
    },
}

/// Encodes `value` behind the format byte. Cost: one growing allocation.
pub fn encode<T: Encode>(value: &T) -> Vec<u8> {
    let mut bytes = vec![FORMAT];
    encode_into(value, &mut bytes);
    bytes
}

/// Appends the bare encoding of `value`, without a format byte, for callers that frame values themselves.
pub fn encode_into<T: Encode>(value: &T, bytes: &mut Vec<u8>) {
    bincode::encode_into_std_write(value, bytes, config::standard()).expect(
        "encoding into memory fails only for types that cannot be encoded at all, and none of ours is such",
    );
}

/// Decodes what [`encode`] wrote, all of it.
///
/// # Errors
/// Any bytes give a value or an [`Error`]. What is allocated at once is at most 128 times as long as the input, or 32 KiB.
pub fn decode<T: Decode<()>>(bytes: &[u8]) -> Result<T, Error> {
    match bytes.split_first() {
        None => Err(Error::Empty),
        Some((&FORMAT, rest)) => decode_bare(rest),
        Some((&found, _)) => Err(Error::UnknownFormat { found }),
    }
}

/// Decodes what [`encode_into`] wrote, all of it.
///
/// # Errors
/// As [`decode`].
pub fn decode_bare<T: Decode<()>>(bytes: &[u8]) -> Result<T, Error> {
    let (value, used) = decode_limited(bytes)?;
    match bytes.len() - used {
        0 => Ok(value),
        left => Err(Error::Trailing { bytes: bytes.len(), left }),
    }
}

/// bincode's limit on what one call may claim is a constant of the type, so there is one configuration a size class: a
/// decoder that is told of a billion items by twenty bytes gives up before it allocates. Each limit is 32 times what is the
/// longest input of its class, the last one's of 16 MiB, which nothing of ours has: a list of small commands takes so much
/// more than its bytes.
fn decode_limited<T: Decode<()>>(bytes: &[u8]) -> Result<(T, usize), Error> {
    let decoded = match bytes.len() {
        0..0x400 => bincode::decode_from_slice(bytes, limited::<0x8000>()),
        0x400..0x1000 => bincode::decode_from_slice(bytes, limited::<0x2_0000>()),
        0x1000..0x4000 => bincode::decode_from_slice(bytes, limited::<0x8_0000>()),
        0x4000..0x1_0000 => bincode::decode_from_slice(bytes, limited::<0x20_0000>()),
        0x1_0000..0x4_0000 => bincode::decode_from_slice(bytes, limited::<0x80_0000>()),
        0x4_0000..0x10_0000 => bincode::decode_from_slice(bytes, limited::<0x200_0000>()),
        0x10_0000..0x40_0000 => bincode::decode_from_slice(bytes, limited::<0x800_0000>()),
        _ => bincode::decode_from_slice(bytes, limited::<0x2000_0000>()),
    };
    decoded.map_err(|error| Error::Malformed { bytes: bytes.len(), reason: error.to_string() })
}

fn limited<const BYTES: usize>() -> Configuration<LittleEndian, Varint, Limit<BYTES>> {
    config::standard().with_limit::<BYTES>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes() {
        let value = (7_u64, "sneaker.42".to_owned(), vec![1_u32, 2, 3]);
        assert_eq!(decode(&encode(&value)), Ok(value));
    }

    #[test]
    fn every_wrong_input_says_what_is_wrong() {
        assert_eq!(decode::<u64>(&[]), Err(Error::Empty));
        assert_eq!(decode::<u64>(&[9, 1]), Err(Error::UnknownFormat { found: 9 }));
        assert_eq!(decode::<u8>(&[FORMAT, 1, 2, 3]), Err(Error::Trailing { bytes: 3, left: 2 }));
        assert!(matches!(decode::<String>(&[FORMAT, 5, b'a']), Err(Error::Malformed { bytes: 2, .. })));
    }

    #[test]
    fn a_huge_length_in_a_short_input_is_refused_before_it_allocates() {
        let mut bytes = vec![FORMAT];
        encode_into(&u64::MAX, &mut bytes);
        assert!(matches!(decode::<Vec<u8>>(&bytes), Err(Error::Malformed { .. })));
    }

    #[test]
    fn what_an_input_of_any_length_announces_is_believed_up_to_128_times_its_length() {
        for length in [0x400, 0x1000, 0x4000, 0x1_0000, 0x4_0000, 0x10_0000, 0x40_0000] {
            let mut bytes = vec![0; length];
            let mut announced = Vec::new();
            encode_into(&(128 * length as u64), &mut announced);
            bytes[..announced.len()].copy_from_slice(&announced);
            let error = decode_bare::<Vec<u8>>(&bytes).expect_err("there is not as much");
            assert!(error.to_string().contains("LimitExceeded"), "{length}: {error}");
        }
    }
}
