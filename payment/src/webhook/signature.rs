//! The header `Stripe-Signature`: `t=…,v1=…`, several `v1` while secrets rotate, other schemes passed over.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::hex;
use crate::config::Secret;

/// How long a header may be, and how many signatures are looked at: each costs a comparison with each secret.
const HEADER_MAX: usize = 4_096;
const SIGNATURES_MAX: usize = 8;

/// What the header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signature {
    /// When it was signed, in seconds since the Unix epoch.
    pub(super) at: u64,
    /// The time as it stands there, which is part of what was signed.
    spelled: String,
    signatures: Vec<[u8; 32]>,
}

impl Signature {
    /// Reads the header; nothing if it is none, or has no signature of the scheme that is known.
    pub(super) fn read(header: &str) -> Option<Signature> {
        if header.len() > HEADER_MAX {
            return None;
        }
        let (mut at, mut signatures) = (None, Vec::new());
        for item in header.split(',') {
            match item.trim().split_once('=')? {
                ("t", value) if at.is_none() && value.bytes().all(|digit| digit.is_ascii_digit()) => {
                    at = Some((value.parse().ok()?, value.to_owned()));
                }
                ("t", _) => return None,
                ("v1", value) if signatures.len() < SIGNATURES_MAX => signatures.extend(hex::bytes(value)),
                _ => {}
            }
        }
        let (at, spelled) = at?;
        if signatures.is_empty() { None } else { Some(Signature { at, spelled, signatures }) }
    }

    /// Whether one of the signatures is that of `secret` for this time and `body`. Compared in constant time.
    pub(super) fn is_of(&self, secret: &Secret, body: &[u8]) -> bool {
        let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes());
        let mac = mac.expect("a key of any length will do").chain_update(&self.spelled);
        let mac = mac.chain_update(b".").chain_update(body);
        let is_signed = |signature: &[u8; 32]| mac.clone().verify_slice(signature).is_ok();
        self.signatures.iter().any(is_signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_time_and_a_known_scheme_make_a_signature() {
        let hex = "ab".repeat(32);
        let read = |text: &str| Signature::read(text).map(|signature| signature.signatures.len());
        assert_eq!(read(&format!("t=1,v1={hex}")), Some(1));
        assert_eq!(read(&format!("t=1, v1={hex},v1={hex},v0=x,new=y=z")), Some(2));
        assert_eq!(read(&format!("v1={hex},t=1,v1=short")), Some(1));
        for wrong in [
            String::new(),
            "t=1".to_owned(),
            format!("v1={hex}"),
            format!("t=,v1={hex}"),
            format!("t=-1,v1={hex}"),
            format!("t=+1,v1={hex}"),
            format!("t=1,t=2,v1={hex}"),
            format!("t=99999999999999999999,v1={hex}"),
            format!("t=1,v0={hex}"),
            format!("t=1,v1={hex},nonsense"),
            format!("t=1,v1={hex},{}", "x=y,".repeat(2_000)),
        ] {
            assert_eq!(read(&wrong), None, "{wrong}");
        }
        assert_eq!(read(&format!("t=1{}", format!(",v1={hex}").repeat(20))), Some(SIGNATURES_MAX));
    }
}
