//! Ids: like the provider's to look at, derived from the seed and a number that the ledger keeps.

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// How many characters follow the prefix.
const LENGTH: usize = 24;

/// The id of the object with this serial number. The number is part of it, so that no two are alike.
pub(crate) fn object(prefix: &str, seed: u64, serial: u64) -> String {
    let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(serial.to_be_bytes()).finalize();
    let mut id = String::with_capacity(prefix.len() + 1 + LENGTH);
    id.push_str(prefix);
    id.push('_');
    let mut rest = serial;
    let mut number = [b'A'; 8];
    for place in number.iter_mut().rev() {
        *place = letter(rest % 62);
        rest /= 62;
    }
    id.push('3');
    id.extend(number.iter().map(|byte| char::from(*byte)));
    id.extend(digest.iter().take(LENGTH - 9).map(|byte| char::from(letter(u64::from(*byte) % 62))));
    id
}

/// A secret that nobody can guess, of 32 characters.
pub(crate) fn secret() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// The id of a request, different at every start.
pub(crate) fn request() -> String {
    let mut id = uuid::Uuid::new_v4().simple().to_string();
    id.truncate(14);
    format!("req_{id}")
}

fn letter(index: u64) -> u8 {
    usize::try_from(index).ok().and_then(|index| ALPHABET.get(index)).copied().unwrap_or(b'A')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_repeatable_and_never_alike() {
        assert_eq!(object("pi", 7, 1), object("pi", 7, 1));
        let ids: std::collections::BTreeSet<_> = (0..10_000).map(|serial| object("pi", 7, serial)).collect();
        assert_eq!(ids.len(), 10_000);
        assert!(ids.iter().all(|id| id.len() == 27 && id.starts_with("pi_3")));
    }
}
