//! Payment intents as the API shows them.

use serde_json::{Value, json};

use super::{Expand, View, reference};
use crate::object::intent::{Accepts, Failure, Intent};

impl View<'_> {
    /// A payment intent.
    pub(crate) fn intent(&self, intent: &Intent, expand: &Expand) -> Value {
        let latest_charge =
            reference(intent.latest_charge.as_deref(), expand, "latest_charge", |id, inner| {
                self.book.charges.get(id).map_or(Value::Null, |charge| self.charge(charge, inner))
            });
        let payment_method =
            reference(intent.payment_method.as_deref(), expand, "payment_method", |id, _| self.method(id));
        json!({
            "id": intent.id,
            "object": "payment_intent",
            "allowed_payment_method_types": (intent.accepts == Accepts::Allowed).then_some(["card"]),
            "amount": intent.amount,
            "amount_capturable": intent.capturable(),
            "amount_details": { "tip": {} },
            "amount_received": intent.amount_received,
            "application": null,
            "application_fee_amount": null,
            "automatic_payment_methods": automatic(intent.accepts),
            "canceled_at": intent.canceled_at,
            "cancellation_reason": intent.cancellation_reason,
            "capture_method": intent.capture_method.word(),
            "client_secret": intent.client_secret(),
            "confirmation_method": "automatic",
            "created": intent.created,
            "currency": intent.currency,
            "customer": null,
            "description": intent.description,
            "last_payment_error": intent.failure.as_ref().map(|failure| self.failure(failure)),
            "latest_charge": latest_charge,
            "livemode": false,
            "metadata": intent.metadata,
            "next_action": self.next_action(intent),
            "on_behalf_of": null,
            "payment_method": payment_method,
            "payment_method_configuration_details": null,
            "payment_method_options": { "card": {
                "installments": null,
                "mandate_options": null,
                "network": null,
                "request_three_d_secure": intent.request_three_d_secure,
            }},
            "payment_method_types": ["card"],
            "processing": null,
            "receipt_email": intent.receipt_email,
            "review": null,
            "setup_future_usage": null,
            "shipping": null,
            "source": null,
            "statement_descriptor": intent.statement_descriptor,
            "statement_descriptor_suffix": intent.statement_descriptor_suffix,
            "status": intent.status.word(),
            "transfer_data": null,
            "transfer_group": intent.transfer_group,
        })
    }

    /// Where the cardholder authenticates.
    pub(crate) fn page(&self, intent: &Intent) -> Option<String> {
        let action = intent.action.as_ref()?;
        Some(format!(
            "{}/redirect/authenticate/{}/{}?token={}",
            self.base, self.book.id, intent.id, action.token
        ))
    }

    fn next_action(&self, intent: &Intent) -> Option<Value> {
        let page = self.page(intent)?;
        let return_url = intent.action.as_ref().and_then(|action| action.return_url.as_deref());
        Some(match return_url {
            Some(return_url) => json!({
                "type": "redirect_to_url",
                "redirect_to_url": { "return_url": return_url, "url": page },
            }),
            None => json!({
                "type": "use_stripe_sdk",
                "use_stripe_sdk": { "type": "three_d_secure_redirect", "stripe_js": page },
            }),
        })
    }

    fn failure(&self, failure: &Failure) -> Value {
        let kind = if failure.card { "card_error" } else { "invalid_request_error" };
        let page = failure.code.replace('_', "-");
        let mut error = json!({
            "code": failure.code,
            "doc_url": format!("https://stripe.com/docs/error-codes/{page}"),
            "message": failure.message,
            "payment_method": self.method(&failure.payment_method),
            "type": kind,
        });
        for (name, value) in [("charge", &failure.charge), ("decline_code", &failure.decline_code)] {
            if let (Some(value), Some(error)) = (value, error.as_object_mut()) {
                error.insert(name.to_owned(), json!(value));
            }
        }
        error
    }
}

fn automatic(accepts: Accepts) -> Value {
    match accepts {
        Accepts::Named | Accepts::Allowed => Value::Null,
        Accepts::Automatic => json!({ "allow_redirects": "always", "enabled": true }),
        Accepts::AutomaticWithoutRedirects => json!({ "allow_redirects": "never", "enabled": true }),
    }
}
