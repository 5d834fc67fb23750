//! From an answer to a verdict.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::endpoint::Endpoint;
use super::fault::Fault;
use super::object::Object;
use super::verdict::{Decline, Failure, Limited, Reason, Refused, Retry, Verdict};

/// A wait that the provider asks for beyond this is not believed, as its own SDKs do.
const AFTER_MAX: Duration = Duration::from_secs(60);

/// What an answer says.
pub(super) fn read(endpoint: Endpoint, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Verdict {
    if status.is_success() {
        return object(endpoint, body).map_or(Verdict::retry(Reason::Garbled), Verdict::Done);
    }
    let answer = Answer { status: status.as_u16(), headers, fault: Fault::read(body) };
    answer.verdict()
}

fn object(endpoint: Endpoint, body: &[u8]) -> Option<Object> {
    fn parse<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
        serde_json::from_slice(body).ok()
    }
    match endpoint {
        Endpoint::ListIntents => parse(body).map(Object::Intents),
        Endpoint::ListRefunds => parse(body).map(Object::Refunds),
        Endpoint::CreateRefund | Endpoint::GetRefund => parse(body).map(Object::Refund),
        _ => parse(body).map(Object::Intent),
    }
}

/// An answer that is not a success.
struct Answer<'a> {
    status: u16,
    headers: &'a HeaderMap,
    fault: Option<Fault>,
}

impl Answer<'_> {
    fn verdict(self) -> Verdict {
        // A twin that is under way may yet do it: whatever else is said, this is no definite answer.
        if self.code() == Some("idempotency_key_in_use") {
            return self.retry(Reason::InUse);
        }
        // A failure that is remembered comes again as long as its key is: whatever is said of retrying, only the next key
        // can do.
        if self.status >= 500 && self.header("idempotent-replayed") == Some("true") {
            return Verdict::Spent { status: self.status };
        }
        match self.header("stripe-should-retry") {
            Some("true") => return self.retry(self.passing().unwrap_or(Reason::Asked(self.status))),
            Some("false") if self.status >= 500 => return Verdict::Spent { status: self.status },
            // Too many calls say nothing about this one, whatever the official clients are told to do about it.
            Some("false") if self.status != 429 => return self.definite(),
            _ => {}
        }
        match self.passing() {
            Some(reason) => self.retry(reason),
            None => self.definite(),
        }
    }

    /// Why the same call may do well later.
    fn passing(&self) -> Option<Reason> {
        match self.status {
            409 => Some(Reason::InUse),
            429 if self.code() == Some("lock_timeout") => Some(Reason::LockTimeout),
            429 => Some(Reason::RateLimited(self.limited())),
            500.. => Some(Reason::Server(self.status)),
            _ => None,
        }
    }

    fn definite(self) -> Verdict {
        if matches!(self.status, 401 | 403) {
            return self.retry(Reason::Unauthorized(self.status));
        }
        let status = self.status;
        let Some(fault) = self.fault.filter(|_| (400..500).contains(&status)) else {
            return Verdict::retry(Reason::Unexpected(status));
        };
        let kind = fault.kind.unwrap_or_default();
        if kind == "card_error" {
            let code = fault.decline_code.or(fault.code).unwrap_or(kind);
            return Verdict::Declined(Decline { code, intent: fault.payment_intent.map(Box::new) });
        }
        // Somebody used the key with another body, perhaps another release of ours: nothing more comes of this key.
        if kind == "idempotency_error" {
            return Verdict::Spent { status };
        }
        let failure = Failure { kind, code: fault.code };
        Verdict::Refused(Refused { status, failure, param: fault.param })
    }

    /// Whose limit it was. Only a lock's 429 comes without a reason; a reason that is not known is taken for the
    /// widest.
    fn limited(&self) -> Limited {
        match self.header("stripe-rate-limited-reason") {
            Some("endpoint-rate" | "endpoint-concurrency") | None => Limited::Endpoint,
            Some("resource-specific") => Limited::Resource,
            Some(_) => Limited::Account,
        }
    }

    fn retry(&self, reason: Reason) -> Verdict {
        let seconds = self.header("retry-after").and_then(|text| text.parse().ok()).map(Duration::from_secs);
        Verdict::Retry(Retry { after: seconds.filter(|after| *after <= AFTER_MAX), reason })
    }

    fn code(&self) -> Option<&str> {
        self.fault.as_ref()?.code.as_deref()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::IntentStatus;

    const INTENT: &str = r#"{"id": "pi_1", "status": "requires_capture", "new_field": {"a": [1]}}"#;

    fn read_with(status: u16, headers: &[(&'static str, &str)], body: &str) -> Verdict {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header value"));
        }
        let status = StatusCode::from_u16(status).expect("a status");
        read(Endpoint::ConfirmIntent, status, &map, body.as_bytes())
    }

    fn error(kind: &str, code: &str) -> String {
        format!(r#"{{"error": {{"type": "{kind}", "code": "{code}", "message": "secret-ish", "extra": 1}}}}"#)
    }

    #[test]
    fn a_success_is_its_object() {
        let Verdict::Done(Object::Intent(intent)) = read_with(200, &[], INTENT) else { panic!("an intent") };
        assert_eq!((intent.id.as_str(), &intent.status), ("pi_1", &IntentStatus::RequiresCapture));
        let unknown = read_with(200, &[], r#"{"id": "pi_1", "status": "pondering"}"#);
        let Verdict::Done(Object::Intent(intent)) = unknown else { panic!("an intent") };
        assert_eq!(intent.status, IntentStatus::Unknown("pondering".to_owned()));
        for garbage in
            ["", "{}", "null", "<html>", r#"{"id": 7, "status": "succeeded"}"#, r#"{"id": "pi_1"}"#]
        {
            assert_eq!(read_with(200, &[], garbage), Verdict::retry(Reason::Garbled), "{garbage}");
        }
    }

    #[test]
    fn what_is_not_definite_is_called_again() {
        let lock = error("invalid_request_error", "lock_timeout");
        let busy = error("idempotency_error", "idempotency_key_in_use");
        let api = error("api_error", "");
        for (status, header, body, reason) in [
            (409, None, busy.as_str(), Reason::InUse),
            (409, Some(("stripe-should-retry", "false")), &busy, Reason::InUse),
            (409, None, "", Reason::InUse),
            (429, None, &lock, Reason::LockTimeout),
            (429, None, "", Reason::RateLimited(Limited::Endpoint)),
            (429, Some(("stripe-should-retry", "false")), "", Reason::RateLimited(Limited::Endpoint)),
            (
                429,
                Some(("stripe-rate-limited-reason", "endpoint-rate")),
                "",
                Reason::RateLimited(Limited::Endpoint),
            ),
            (
                429,
                Some(("stripe-rate-limited-reason", "global-rate")),
                "",
                Reason::RateLimited(Limited::Account),
            ),
            (
                429,
                Some(("stripe-rate-limited-reason", "resource-specific")),
                "",
                Reason::RateLimited(Limited::Resource),
            ),
            (
                429,
                Some(("stripe-rate-limited-reason", "moon-phase")),
                "",
                Reason::RateLimited(Limited::Account),
            ),
            (500, None, &api, Reason::Server(500)),
            (503, Some(("stripe-should-retry", "true")), "", Reason::Server(503)),
            (500, Some(("stripe-should-retry", "true")), &api, Reason::Server(500)),
            (400, Some(("stripe-should-retry", "true")), &api, Reason::Asked(400)),
            (402, Some(("stripe-should-retry", "true")), &api, Reason::Asked(402)),
            (401, None, &api, Reason::Unauthorized(401)),
            (403, None, &api, Reason::Unauthorized(403)),
            (404, None, "<html>not the provider</html>", Reason::Unexpected(404)),
            (400, None, r#"{"error": "not the provider"}"#, Reason::Unexpected(400)),
            (302, None, "", Reason::Unexpected(302)),
        ] {
            let headers: Vec<_> = header.into_iter().collect();
            assert_eq!(
                read_with(status, &headers, body),
                Verdict::retry(reason),
                "{status} {header:?} {body}"
            );
        }
    }

    #[test]
    fn a_key_is_spent_when_its_failure_is_remembered() {
        let api = error("api_error", "");
        assert_eq!(read_with(500, &[("idempotent-replayed", "true")], &api), Verdict::Spent { status: 500 });
        assert_eq!(read_with(502, &[("stripe-should-retry", "false")], ""), Verdict::Spent { status: 502 });
        let reused = error("idempotency_error", "");
        assert_eq!(read_with(400, &[], &reused), Verdict::Spent { status: 400 });
        let told_to_retry = [("idempotent-replayed", "true"), ("stripe-should-retry", "true")];
        let replayed = read_with(500, &told_to_retry, &api);
        assert_eq!(replayed, Verdict::Spent { status: 500 }, "the same would come for a day");
    }

    #[test]
    fn a_decline_brings_the_banks_word_and_the_intent() {
        let body = r#"{"error": {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds",
            "payment_intent": {"id": "pi_1", "status": "requires_payment_method"}}}"#;
        let Verdict::Declined(decline) = read_with(402, &[], body) else { panic!("a decline") };
        assert_eq!(decline.code, "insufficient_funds");
        let intent = decline.intent.expect("the intent");
        assert_eq!(intent.status, IntentStatus::RequiresPaymentMethod);
        let bare = read_with(402, &[], &error("card_error", "expired_card"));
        assert_eq!(bare, Verdict::Declined(Decline { code: "expired_card".to_owned(), intent: None }));
    }

    #[test]
    fn a_refusal_brings_type_code_and_parameter() {
        let body =
            r#"{"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "intent"}}"#;
        let failure =
            Failure { kind: "invalid_request_error".to_owned(), code: Some("resource_missing".to_owned()) };
        let refused = Refused { status: 404, failure, param: Some("intent".to_owned()) };
        assert_eq!(read_with(404, &[], body), Verdict::Refused(refused));
        let stop = [("stripe-should-retry", "false")];
        let conflict = read_with(409, &stop, &error("invalid_request_error", "conflict"));
        assert!(matches!(conflict, Verdict::Refused(Refused { status: 409, .. })), "{conflict:?}");
    }

    #[test]
    fn a_wait_is_believed_up_to_a_minute() {
        let after = |text| match read_with(503, &[("retry-after", text)], "") {
            Verdict::Retry(retry) => retry.after,
            other => panic!("{other:?}"),
        };
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(after("61"), None);
        assert_eq!(after("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
