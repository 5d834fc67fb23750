//! Charges as the API shows them.

use serde_json::{Value, json};

use super::method::address;
use super::{Expand, View, reference, whole_list};
use crate::card::Card;
use crate::object::charge::{Charge, ChargeStatus};

impl View<'_> {
    /// A charge.
    pub(crate) fn charge(&self, charge: &Charge, expand: &Expand) -> Value {
        let payment_intent = reference(Some(&charge.intent), expand, "payment_intent", |id, inner| {
            self.book.intents.get(id).map_or(Value::Null, |intent| self.intent(intent, inner))
        });
        let paid = charge.status == ChargeStatus::Succeeded;
        let mut shown = json!({
            "id": charge.id,
            "object": "charge",
            "amount": charge.amount,
            "amount_captured": charge.amount_captured,
            "amount_refunded": charge.amount_refunded,
            "application": null,
            "application_fee": null,
            "application_fee_amount": null,
            "balance_transaction": null,
            "billing_details": { "address": address(), "email": null, "name": null, "phone": null, "tax_id": null },
            "calculated_statement_descriptor": charge.statement_descriptor.as_deref().unwrap_or("FLASHSALE"),
            "captured": charge.captured,
            "created": charge.created,
            "currency": charge.currency,
            "customer": null,
            "description": charge.description,
            "disputed": false,
            "failure_balance_transaction": null,
            "failure_code": charge.failure_code,
            "failure_message": charge.failure_message,
            "fraud_details": {},
            "livemode": false,
            "metadata": charge.metadata,
            "on_behalf_of": null,
            "outcome": outcome(charge),
            "paid": paid,
            "payment_intent": payment_intent,
            "payment_method": charge.payment_method,
            "payment_method_details": self.details(charge),
            "receipt_email": charge.receipt_email,
            "receipt_number": null,
            "receipt_url": null,
            // Since 2025-03-31.basil a hold that is released, in whole or in part, is no refund.
            "refunded": charge.captured && charge.amount_refunded >= charge.amount_captured,
            "review": null,
            "shipping": null,
            "source": null,
            "source_transfer": null,
            "statement_descriptor": charge.statement_descriptor,
            "statement_descriptor_suffix": charge.statement_descriptor_suffix,
            "status": charge.status.word(),
            "transfer_data": null,
            "transfer_group": charge.transfer_group,
        });
        if let (Some(_), Some(shown)) = (expand.inside("refunds"), shown.as_object_mut()) {
            shown.insert("refunds".to_owned(), self.refunds_of(charge));
        }
        shown
    }

    fn refunds_of(&self, charge: &Charge) -> Value {
        let newest_first = charge.refunds.iter().rev().filter_map(|id| self.book.refunds.get(id));
        let data = newest_first.map(|refund| self.refund(refund, &Expand::default())).collect();
        whole_list(data, format!("/v1/charges/{}/refunds", charge.id))
    }

    fn details(&self, charge: &Charge) -> Value {
        let kept = self.book.methods.get(&charge.payment_method);
        let Some(card) =
            Card::named(kept.map_or(charge.payment_method.as_str(), |method| method.card.as_str()))
        else {
            return Value::Null;
        };
        let mut details = json!({
            "amount_authorized": if charge.status == ChargeStatus::Succeeded { charge.amount } else { 0 },
            "authorization_code": null,
            "brand": card.brand,
            "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": null },
            "country": "US",
            "exp_month": kept.map_or(12, |method| method.exp_month),
            "exp_year": kept.map_or(2034, |method| method.exp_year),
            "extended_authorization": { "status": "disabled" },
            "fingerprint": format!("flashsale{}", card.last4()),
            "funding": if card.name.ends_with("debit") { "debit" } else { "credit" },
            "incremental_authorization": { "status": "unavailable" },
            "installments": null,
            "last4": card.last4(),
            "mandate": null,
            "multicapture": { "status": "unavailable" },
            "network": card.brand,
            "network_token": { "used": false },
            "overcapture": { "maximum_amount_capturable": charge.amount, "status": "unavailable" },
            "three_d_secure": null,
            "wallet": null,
        });
        if let (Some(before), Some(details)) = (charge.capture_before, details.as_object_mut()) {
            details.insert("capture_before".to_owned(), json!(before));
        }
        json!({ "card": details, "type": "card" })
    }
}

fn outcome(charge: &Charge) -> Value {
    match charge.status {
        ChargeStatus::Succeeded => json!({
            "advice_code": null,
            "network_advice_code": null,
            "network_decline_code": null,
            "network_status": "approved_by_network",
            "reason": null,
            "risk_level": "normal",
            "risk_score": 20,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }),
        ChargeStatus::Failed => json!({
            "advice_code": null,
            "network_advice_code": null,
            "network_decline_code": null,
            "network_status": "declined_by_network",
            "reason": charge.decline_code,
            "risk_level": "normal",
            "risk_score": 20,
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        }),
    }
}
