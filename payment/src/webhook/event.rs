//! The body of an event, read as leniently as it can be: a field that is missing or odd is not told of.

use engine::vocabulary::text::ProviderEventId;
use serde::Deserialize;
use serde_json::Value;

use super::notice::{Kind, Notice};

#[derive(Debug, Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Value,
}

/// Reads an event. Nothing if it is none: without an id and a type it cannot be told from another.
pub(super) fn read(body: &[u8]) -> Option<Notice> {
    let event: Event = serde_json::from_slice(body).ok()?;
    let object = event.data.get("object").unwrap_or(&Value::Null);
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let what = text("object").unwrap_or_default();
    let intent = if what == "payment_intent" { text("id") } else { text("payment_intent") };
    let refund = text("id").filter(|_| what == "refund");
    let metadata = |name: &str| object.get("metadata").and_then(|metadata| metadata.get(name)?.as_str());
    Some(Notice {
        event: ProviderEventId::new(&event.id).ok()?,
        account: None,
        intent: intent.and_then(|id| id.parse().ok()),
        refund: refund.and_then(|id| id.parse().ok()),
        wanted_refund: metadata("refund").and_then(|id| id.parse().ok()),
        reservation: metadata("reservation").and_then(|id| id.parse().ok()),
        kind: kind(&event.kind),
    })
}

fn kind(word: &str) -> Kind {
    match word {
        _ if word.starts_with("charge.dispute.") => Kind::Dispute,
        _ if word.starts_with("refund.") || word.starts_with("charge.refund") => Kind::Refund,
        _ if word.starts_with("payment_intent.") || word.starts_with("charge.") => Kind::Intent,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESERVATION: &str = "0193a0c0-7001-7a3b-8000-3f0c5a1d2e4f";

    fn told(kind: &str, object: &str) -> Notice {
        let body =
            format!(r#"{{"id": "evt_1", "type": "{kind}", "data": {{"object": {object}}}, "new": []}}"#);
        read(body.as_bytes()).expect("a notice")
    }

    #[test]
    fn an_event_tells_where_to_look() {
        let metadata = format!(r#""metadata": {{"reservation": "{RESERVATION}"}}"#);
        for (kind, object, expected) in [
            (
                "payment_intent.succeeded",
                format!(r#"{{"object": "payment_intent", "id": "pi_1", {metadata}}}"#),
                (Kind::Intent, true, false, true),
            ),
            (
                "payment_intent.invented",
                r#"{"object": "payment_intent", "id": "pi_1"}"#.to_owned(),
                (Kind::Intent, true, false, false),
            ),
            (
                "charge.captured",
                format!(r#"{{"object": "charge", "id": "ch_1", "payment_intent": "pi_1", {metadata}}}"#),
                (Kind::Intent, true, false, true),
            ),
            (
                "refund.failed",
                format!(r#"{{"object": "refund", "id": "re_1", "payment_intent": "pi_1", {metadata}}}"#),
                (Kind::Refund, true, true, true),
            ),
            (
                "charge.refunded",
                r#"{"object": "charge", "payment_intent": null}"#.to_owned(),
                (Kind::Refund, false, false, false),
            ),
            (
                "charge.dispute.created",
                r#"{"object": "dispute", "payment_intent": "pi_1"}"#.to_owned(),
                (Kind::Dispute, true, false, false),
            ),
            ("payout.paid", "null".to_owned(), (Kind::Other, false, false, false)),
            (
                "refund.updated",
                r#"{"object": "refund", "id": 7, "metadata": {"reservation": "no id"}}"#.to_owned(),
                (Kind::Refund, false, false, false),
            ),
        ] {
            let notice = told(kind, &object);
            let found =
                (notice.kind, notice.intent.is_some(), notice.refund.is_some(), notice.reservation.is_some());
            assert_eq!(found, expected, "{kind} {object}");
        }
    }

    #[test]
    fn what_has_no_id_or_type_is_no_event() {
        for body in [
            "",
            "{",
            "[]",
            r#"{"id": "evt_1"}"#,
            r#"{"type": "a"}"#,
            r#"{"id": "", "type": "a"}"#,
            r#"{"id": 1, "type": "a"}"#,
        ] {
            assert_eq!(read(body.as_bytes()), None, "{body}");
        }
    }
}
