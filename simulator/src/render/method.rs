//! Payment methods as the API shows them.

use serde_json::{Value, json};

use super::View;
use crate::card::Card;

impl View<'_> {
    /// The payment method of this id: one that was tokenised here, or a test card that every account knows.
    pub(crate) fn method(&self, id: &str) -> Value {
        let kept = self.book.methods.get(id);
        let card = Card::named(kept.map_or(id, |method| method.card.as_str()));
        let Some(card) = card else { return Value::Null };
        json!({
            "id": id,
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": { "address": address(), "email": null, "name": null, "phone": null, "tax_id": null },
            "card": {
                "brand": card.brand,
                "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
                "country": "US",
                "display_brand": card.brand,
                "exp_month": kept.map_or(12, |method| method.exp_month),
                "exp_year": kept.map_or(2034, |method| method.exp_year),
                "fingerprint": format!("flashsale{}", card.last4()),
                "funding": if card.name.ends_with("debit") { "debit" } else { "credit" },
                "generated_from": null,
                "last4": card.last4(),
                "networks": { "available": [card.brand], "preferred": null },
                "three_d_secure_usage": { "supported": true },
                "wallet": null,
            },
            "created": kept.map_or(0, |method| method.created),
            "customer": null,
            "livemode": false,
            "metadata": {},
            "type": "card",
        })
    }
}

/// An address of which nothing is known.
pub(super) fn address() -> Value {
    json!({ "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null })
}
