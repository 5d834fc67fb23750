//! `Stripe-Signature`: an HMAC-SHA256 over time and body, one for every secret that is valid now.

use std::fmt::Write;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::object::endpoint::Secret;

/// The header for `body` sent at `seconds` since the Unix epoch.
pub(super) fn header(secrets: &[&Secret], seconds: i64, body: &str) -> String {
    let mut header = format!("t={seconds}");
    for secret in secrets {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret.0.as_bytes()).expect("an HMAC takes keys of any length");
        mac.update(format!("{seconds}.").as_bytes());
        mac.update(body.as_bytes());
        header.push_str(",v1=");
        for byte in mac.finalize().into_bytes() {
            write!(header, "{byte:02x}").expect("writing to a string does not fail");
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Python's `hmac`.
    #[test]
    fn the_signature_is_that_of_the_official_clients() {
        let secret = Secret("whsec_test".into());
        let header = header(&[&secret, &secret], 1_700_000_000, "{\"id\":\"evt_1\"}");
        let one = "v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";
        assert_eq!(header, format!("t=1700000000,{one},{one}"));
    }
}
