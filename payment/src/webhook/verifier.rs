//! The verifier: an event in, a notice out, or why not.

use super::event;
use super::notice::Notice;
use super::signature::Signature;
use crate::config::WebhookSecret;

/// How long an event may be, in bytes. Whoever reads it from the network stops there.
pub const BODY_MAX: usize = 256 << 10;
/// How old an event may be, or how far ahead of this node's clock, in seconds: a repetition is signed anew.
const TOLERANCE: u64 = 300;

/// Why an event is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// No secret is configured.
    #[error("no webhook secret is configured: set payment.webhook_secrets")]
    NoSecret,
    /// It is too long.
    #[error("the event is longer than {BODY_MAX} bytes")]
    TooLong,
    /// The header does not say who signed it, or when.
    #[error("the header Stripe-Signature takes t=TIME,v1=SIGNATURE")]
    BadHeader,
    /// None of the secrets signed it.
    #[error("the event is not signed with any of the webhook secrets")]
    Forged,
    /// It was signed too long ago, or too far ahead.
    #[error("the event was signed {0} s away from now: an old one was sent again, or a clock is wrong")]
    Stale(u64),
    /// It is signed well, and no event.
    #[error("the event has no id and type, or is not JSON")]
    Malformed,
}

/// Checks and reads events. Costs one HMAC for each secret at most.
#[derive(Clone, Debug)]
pub struct Verifier(Vec<WebhookSecret>);

impl Verifier {
    /// A verifier of these secrets.
    pub fn new(secrets: Vec<WebhookSecret>) -> Verifier {
        Verifier(secrets)
    }

    /// Checks that the provider signed `body`, the bytes as they came, not long before `now` (seconds since the Unix
    /// epoch of this node's clock), and reads it.
    ///
    /// # Errors
    /// [`Rejected`] if the provider did not, or not lately, or if it is not an event.
    pub fn read(&self, header: &str, body: &[u8], now: u64) -> Result<Notice, Rejected> {
        if self.0.is_empty() {
            return Err(Rejected::NoSecret);
        }
        if body.len() > BODY_MAX {
            return Err(Rejected::TooLong);
        }
        let signature = Signature::read(header).ok_or(Rejected::BadHeader)?;
        // First, for it costs nothing: a signature costs a pass over the body for each secret.
        let away = now.abs_diff(signature.at);
        if away > TOLERANCE {
            return Err(Rejected::Stale(away));
        }
        let signer = self.0.iter().find(|signer| signature.is_of(&signer.secret, body));
        let signer = signer.ok_or(Rejected::Forged)?;
        let notice = event::read(body).ok_or(Rejected::Malformed)?;
        Ok(Notice { account: signer.account.clone(), ..notice })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::Secret;

    const BODY: &str = r#"{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{}}}"#;
    const AT: u64 = 1_763_856_000;
    // Made with OpenSSL: `printf '1763856000.BODY' | openssl dgst -sha256 -hmac SECRET`.
    const OLD: &str = "b9f824d8e068586ac163bbe859319bc064b687c82797c676b391b52efa0bac08";
    const NEW: &str = "9824a48fdef56925b344c9217daa2f2b961db37871fe6072cac3f3d94316d5ed";

    fn verifier() -> Verifier {
        let secret = |account: Option<&str>, text| WebhookSecret {
            account: account.map(|name| name.parse().expect("a name")),
            secret: Secret::new(text).expect("a secret"),
        };
        Verifier::new(vec![secret(Some("eu"), "whsec_old"), secret(None, "whsec_new")])
    }

    fn read(header: &str, body: &str, now: u64) -> Result<Option<String>, Rejected> {
        let notice = verifier().read(header, body.as_bytes(), now)?;
        assert_eq!(&*notice.event, "evt_1");
        Ok(notice.account.map(|account| account.to_string()))
    }

    #[test]
    fn any_of_the_secrets_signs_and_says_whose_event_it_is() {
        assert_eq!(read(&format!("t={AT},v1={OLD}"), BODY, AT), Ok(Some("eu".to_owned())));
        assert_eq!(read(&format!("t={AT},v1={NEW}"), BODY, AT), Ok(None));
        assert_eq!(read(&format!("t={AT},v1={},v1={NEW}", "0".repeat(64)), BODY, AT), Ok(None));
    }

    #[test]
    fn what_is_forged_is_refused() {
        let good = format!("t={AT},v1={NEW}");
        for (header, body) in [
            (format!("t={AT},v1={}", "0".repeat(64)), BODY.to_owned()),
            (format!("t={},v1={NEW}", AT + 1), BODY.to_owned()),
            (format!("t=0{AT},v1={NEW}"), BODY.to_owned()),
            (good.clone(), BODY.replace("evt_1", "evt_2")),
            (good.clone(), format!("{BODY} ")),
        ] {
            assert_eq!(read(&header, &body, AT), Err(Rejected::Forged), "{header} {body}");
        }
        let nobody = Verifier::new(Vec::new()).read(&good, BODY.as_bytes(), AT);
        assert_eq!(nobody.err(), Some(Rejected::NoSecret));
    }

    #[test]
    fn what_is_old_or_ahead_is_refused() {
        let header = format!("t={AT},v1={NEW}");
        for well in [AT - 300, AT + 300] {
            assert_eq!(read(&header, BODY, well), Ok(None));
        }
        for stale in [AT - 301, AT + 301] {
            assert_eq!(read(&header, BODY, stale), Err(Rejected::Stale(301)));
        }
    }

    #[test]
    fn what_is_too_long_or_no_event_is_refused() {
        let header = format!("t={AT},v1={NEW}");
        assert_eq!(read(&header, &" ".repeat(BODY_MAX + 1), AT), Err(Rejected::TooLong));
        let signed =
            format!("t={AT},v1={}", "cbdfd3063f174849b7eebe7c4cd2203c141200ad874ff03109e943cd2690391f");
        assert_eq!(read(&signed, "{}", AT), Err(Rejected::Malformed));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much(header in "\\PC*", body in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            prop_assert!(verifier().read(&header, &body, AT).is_err());
            let _whatever = event::read(&body);
        }

        #[test]
        fn no_header_is_too_much(
            items in proptest::collection::vec("(t|v1|v0|)[=]?[0-9a-f]{0,70}", 0..40),
            now in any::<u64>(),
        ) {
            prop_assert!(verifier().read(&items.join(","), BODY.as_bytes(), now).is_err());
        }

        #[test]
        fn no_json_is_too_much(id in "\\PC{0,40}", kind in "\\PC{0,40}", metadata in "\\PC{0,40}") {
            let object = serde_json::json!({"object": kind, "id": id, "metadata": metadata});
            let body = serde_json::json!({"id": id, "type": kind, "data": {"object": object}});
            let _whatever = event::read(body.to_string().as_bytes());
        }
    }
}
