//! Hashes for the indexes. What outsiders choose is hashed with the shard's secret, so nobody can crowd a table.

use std::hash::Hasher;

use siphasher::sip::SipHasher13;

use super::digest::fold;

/// The hash of a text that outsiders choose: a buyer, a product.
pub(crate) fn of_text(secret: &[u8; 16], text: &str) -> u64 {
    let mut hasher = SipHasher13::new_with_key(secret);
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// The hash of an id from its random bits. The gateway chose them, so no key is needed, only all bits in all places.
pub(crate) fn of_random(random: u64) -> u64 {
    fold(random ^ 0x2d35_8dcc_aa6c_78a5, 0x9e37_79b9_7f4a_7c15)
}

/// The hash of an idempotency scope, which is a keyed hash already.
pub(crate) fn of_scope(scope: &[u8; 16]) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *scope;
    of_random(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
}
