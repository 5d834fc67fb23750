//! Refunds.

use serde_json::Value;

use super::operation::{Operation, Subject};
use super::page::Page;
use crate::book::Step;
use crate::card::{Card, Manner};
use crate::currency::written;
use crate::faults::Twist;
use crate::form::{Fields, merge};
use crate::object::charge::Charge;
use crate::object::error::ApiError;
use crate::object::event::Snapshot;
use crate::object::intent::Metadata;
use crate::object::refund::{Fate, Refund, RefundStatus};
use crate::render::{Expand, Shape};

/// How long the test cards for slow and failing refunds take, in milliseconds.
const SETTLES_AFTER_MS: i64 = 5_000;

struct Create {
    intent: Option<String>,
    charge: Option<String>,
    amount: Option<i64>,
    reason: Option<String>,
    metadata: Metadata,
    expand: Expand,
}

pub(super) fn create(_: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let create = Create {
        intent: fields.text("payment_intent")?,
        charge: fields.text("charge")?,
        amount: fields.integer_min("amount", 1)?,
        reason: fields.one_of("reason", &["duplicate", "fraudulent", "requested_by_customer"])?,
        metadata: fields.metadata()?.unwrap_or_default(),
        expand: Expand::read(&mut fields, Shape::Refund)?,
    };
    fields.finish()?;
    match (&create.intent, &create.charge) {
        (None, None) => Err(ApiError::invalid(
            "One of the following params should be provided for this request: payment_intent or charge.",
        )
        .code("parameter_missing")),
        (Some(_), Some(_)) => {
            Err(ApiError::invalid("You may only specify one of these parameters: charge, payment_intent.")
                .param("charge"))
        }
        _ => Ok(Box::new(create)),
    }
}

impl Create {
    fn charge(&self, step: &Step<'_>) -> Result<Charge, ApiError> {
        if let Some(id) = &self.charge {
            let charge =
                step.book.charges.get(id).ok_or_else(|| ApiError::missing(404, "charge", id, "charge"))?;
            return if charge.captured {
                Ok(charge.clone())
            } else {
                Err(ApiError::invalid(format!("Charge {id} has not been captured and cannot be refunded; cancel its PaymentIntent instead."))
                    .param("charge"))
            };
        }
        let id = self.intent.as_deref().unwrap_or_default();
        let intent = step.book.intents.get(id);
        let intent = intent.ok_or_else(|| ApiError::missing(404, "payment_intent", id, "payment_intent"))?;
        let charge = intent.latest_charge.as_deref().and_then(|id| step.book.charges.get(id));
        charge.filter(|charge| charge.captured).cloned().ok_or_else(|| {
            ApiError::invalid(format!(
                "This PaymentIntent ({id}) does not have a successful charge to refund."
            ))
            .param("payment_intent")
        })
    }

    /// The amount to give back, which must not be more than what is left.
    fn amount(&self, charge: &Charge) -> Result<i64, ApiError> {
        let left = charge.refundable();
        if left == 0 {
            return Err(ApiError::invalid(format!("Charge {} has already been refunded.", charge.id))
                .code("charge_already_refunded"));
        }
        let amount = self.amount.unwrap_or(left);
        if amount > left {
            let what =
                if charge.amount_refunded == 0 { "charge amount" } else { "unrefunded amount on charge" };
            return Err(ApiError::invalid(format!(
                "Refund amount ({}) is greater than {what} ({})",
                written(amount, &charge.currency),
                written(left, &charge.currency)
            ))
            .param("amount"));
        }
        Ok(amount)
    }
}

impl Operation for Create {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let mut charge = self.charge(step)?;
        let amount = self.amount(&charge)?;
        let (status, fate) = outlook(step, &charge);
        let (id, serial) = step.mint("re");
        let mut metadata = Metadata::new();
        merge(&mut metadata, self.metadata)?;
        let refund = Refund {
            id: id.clone(),
            serial,
            charge: charge.id.clone(),
            intent: charge.intent.clone(),
            created: step.seconds(),
            amount,
            currency: charge.currency.clone(),
            status,
            reason: self.reason,
            failure_reason: None,
            metadata,
            fate,
        };
        charge.amount_refunded += amount;
        charge.refunds.push(id);
        step.put_refund(refund.clone());
        step.put_charge(charge.clone());
        step.emit("refund.created", Snapshot::Refund(Box::new(refund.clone())));
        step.emit("charge.refunded", Snapshot::Charge(Box::new(charge)));
        Ok(step.view().refund(&refund, &self.expand))
    }

    fn subject(&self) -> Subject {
        match (&self.intent, &self.charge) {
            (Some(intent), _) => Subject::Intent(intent.clone()),
            (None, Some(charge)) => Subject::Charge(charge.clone()),
            (None, None) => Subject::None,
        }
    }
}

/// How a refund begins and what becomes of it: a fault's word first, then the card's.
fn outlook(step: &Step<'_>, charge: &Charge) -> (RefundStatus, Option<Fate>) {
    let later = |ms: i64, status| Some(Fate { at: step.writ.now.saturating_add(ms), status });
    if let Some(Twist::Refund { first, then, ms }) = step.writ.twist {
        return (first, later(ms, then));
    }
    let kept = step.book.methods.get(&charge.payment_method);
    let card = Card::named(kept.map_or(charge.payment_method.as_str(), |method| method.card.as_str()));
    match card.map(|card| card.manner) {
        Some(Manner::RefundsFail) => (RefundStatus::Succeeded, later(SETTLES_AFTER_MS, RefundStatus::Failed)),
        Some(Manner::RefundsPend) => {
            (RefundStatus::Pending, later(SETTLES_AFTER_MS, RefundStatus::Succeeded))
        }
        _ => (RefundStatus::Succeeded, None),
    }
}

struct Retrieve {
    id: String,
    expand: Expand,
}

pub(super) fn retrieve(id: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let retrieve = Retrieve { id: id.to_owned(), expand: Expand::read(&mut fields, Shape::Refund)? };
    fields.finish()?;
    Ok(Box::new(retrieve))
}

impl Operation for Retrieve {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let refund = step.book.refunds.get(&self.id);
        let refund = refund.ok_or_else(|| ApiError::missing(404, "refund", &self.id, "refund"))?;
        Ok(step.view().refund(refund, &self.expand))
    }

    fn subject(&self) -> Subject {
        Subject::Refund(self.id.clone())
    }
}

struct Update {
    id: String,
    metadata: Metadata,
    expand: Expand,
}

pub(super) fn update(id: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let update = Update {
        id: id.to_owned(),
        metadata: fields.metadata()?.unwrap_or_default(),
        expand: Expand::read(&mut fields, Shape::Refund)?,
    };
    fields.finish()?;
    Ok(Box::new(update))
}

impl Operation for Update {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let refund = step.book.refunds.get(&self.id).cloned();
        let mut refund = refund.ok_or_else(|| ApiError::missing(404, "refund", &self.id, "refund"))?;
        merge(&mut refund.metadata, self.metadata)?;
        step.put_refund(refund.clone());
        step.emit("refund.updated", Snapshot::Refund(Box::new(refund.clone())));
        Ok(step.view().refund(&refund, &self.expand))
    }

    fn subject(&self) -> Subject {
        Subject::Refund(self.id.clone())
    }
}

struct List {
    page: Page,
    intent: Option<String>,
    charge: Option<String>,
    expand: Expand,
}

pub(super) fn list(_: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let list = List {
        page: Page::read_dated(&mut fields)?,
        intent: fields.text("payment_intent")?,
        charge: fields.text("charge")?,
        expand: Expand::read_list(&mut fields, Shape::Refund)?,
    };
    fields.finish()?;
    Ok(Box::new(list))
}

impl Operation for List {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let view = step.view();
        self.page.of(
            &view.book.refunds,
            "/v1/refunds",
            "refund",
            |refund| {
                self.intent.as_ref().is_none_or(|intent| refund.intent == *intent)
                    && self.charge.as_ref().is_none_or(|charge| refund.charge == *charge)
            },
            |refund| view.refund(refund, &self.expand),
        )
    }

    fn subject(&self) -> Subject {
        self.intent.clone().map_or(Subject::None, Subject::Intent)
    }
}
