//! Reading intents.

use serde_json::Value;
use subtle::ConstantTimeEq;

use super::state::found;
use crate::api::operation::{Operation, Subject};
use crate::api::page::Page;
use crate::book::Step;
use crate::form::Fields;
use crate::object::error::ApiError;
use crate::render::{Expand, Shape};

/// What a publishable key gets to see: what the provider's reference marks so.
const PUBLIC: &[&str] = &[
    "id",
    "object",
    "amount",
    "amount_details",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "client_secret",
    "confirmation_method",
    "created",
    "currency",
    "description",
    "last_payment_error",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_configuration_details",
    "payment_method_types",
    "processing",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "source",
    "status",
];

struct Retrieve {
    id: String,
    client_secret: Option<String>,
    expand: Expand,
    /// Whether a buyer's browser asks, and not the shop.
    public: bool,
}

pub(in crate::api) fn retrieve(id: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let retrieve = Retrieve {
        id: id.to_owned(),
        client_secret: fields.text("client_secret")?,
        expand: Expand::read(&mut fields, Shape::Intent)?,
        public: false,
    };
    fields.finish()?;
    Ok(Box::new(retrieve))
}

/// The buyer's browser asks: it has to know the intent's client secret.
pub(in crate::api) fn retrieve_as_buyer(
    id: &str,
    mut fields: Fields,
) -> Result<Box<dyn Operation>, ApiError> {
    let client_secret = fields.text("client_secret")?.ok_or_else(ApiError::secret_key_required)?;
    fields.finish()?;
    let (client_secret, expand) = (Some(client_secret), Expand::default());
    Ok(Box::new(Retrieve { id: id.to_owned(), client_secret, expand, public: true }))
}

impl Operation for Retrieve {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let intent = found(step, &self.id)?;
        if self.client_secret.as_ref().is_some_and(|secret| !is_same(secret, &intent.client_secret())) {
            return Err(ApiError::invalid(
                "The client_secret provided does not match the PaymentIntent's client_secret.",
            )
            .code("payment_intent_client_secret_mismatch")
            .param("client_secret"));
        }
        let mut shown = step.view().intent(&intent, &self.expand);
        if let Some(members) = shown.as_object_mut().filter(|_| self.public) {
            members.retain(|name, _| PUBLIC.contains(&name.as_str()));
        }
        Ok(shown)
    }

    fn subject(&self) -> Subject {
        Subject::Intent(self.id.clone())
    }
}

fn is_same(given: &str, known: &str) -> bool {
    given.as_bytes().ct_eq(known.as_bytes()).into()
}

struct List {
    page: Page,
    expand: Expand,
}

pub(in crate::api) fn list(_: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let list =
        List { page: Page::read_dated(&mut fields)?, expand: Expand::read_list(&mut fields, Shape::Intent)? };
    fields.finish()?;
    Ok(Box::new(list))
}

impl Operation for List {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let view = step.view();
        let show = |intent: &_| view.intent(intent, &self.expand);
        self.page.of(&view.book.intents, "/v1/payment_intents", "payment_intent", |_| true, show)
    }
}
