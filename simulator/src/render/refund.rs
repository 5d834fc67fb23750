//! Refunds as the API shows them.

use serde_json::{Value, json};

use super::{Expand, View, reference};
use crate::object::refund::Refund;

impl View<'_> {
    /// A refund.
    pub(crate) fn refund(&self, refund: &Refund, expand: &Expand) -> Value {
        let charge = reference(Some(&refund.charge), expand, "charge", |id, inner| {
            self.book.charges.get(id).map_or(Value::Null, |charge| self.charge(charge, inner))
        });
        let payment_intent = reference(Some(&refund.intent), expand, "payment_intent", |id, inner| {
            self.book.intents.get(id).map_or(Value::Null, |intent| self.intent(intent, inner))
        });
        let mut shown = json!({
            "id": refund.id,
            "object": "refund",
            "amount": refund.amount,
            "balance_transaction": null,
            "charge": charge,
            "created": refund.created,
            "currency": refund.currency,
            "destination_details": { "card": { "reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund" }, "type": "card" },
            "metadata": refund.metadata,
            "payment_intent": payment_intent,
            "reason": refund.reason,
            "receipt_number": null,
            "source_transfer_reversal": null,
            "status": refund.status.word(),
            "transfer_reversal": null,
        });
        if let (Some(reason), Some(shown)) = (&refund.failure_reason, shown.as_object_mut()) {
            shown.insert("failure_reason".to_owned(), json!(reason));
        }
        shown
    }
}
