//! Events as the API shows them, and as webhooks carry them.

use serde_json::{Value, json};

use super::{Expand, View};
use crate::object::event::{Event, Snapshot};

impl View<'_> {
    /// An event, with its object as it was then.
    pub(crate) fn event(&self, event: &Event) -> Value {
        self.event_in(&event.api_version, event)
    }

    /// An event as an endpoint is told of it that wants it in this version.
    pub(crate) fn event_in(&self, version: &str, event: &Event) -> Value {
        let plain = Expand::default();
        let object = match &event.object {
            Snapshot::Intent(intent) => self.intent(intent, &plain),
            Snapshot::Charge(charge) => self.charge(charge, &plain),
            Snapshot::Refund(refund) => self.refund(refund, &plain),
        };
        json!({
            "id": event.id,
            "object": "event",
            "api_version": version,
            "created": event.created,
            "data": { "object": object },
            "livemode": false,
            "pending_webhooks": self.book.pending_webhooks(&event.id),
            "request": { "id": event.request, "idempotency_key": event.idempotency_key },
            "type": event.kind,
        })
    }
}
