//! Reading intents.

use serde_json::Value;

use super::state::found;
use crate::api::operation::{Operation, Subject};
use crate::api::page::Page;
use crate::book::Step;
use crate::form::Fields;
use crate::object::error::ApiError;
use crate::render::{Expand, Shape};

struct Retrieve {
    id: String,
    client_secret: Option<String>,
    expand: Expand,
}

pub(in crate::api) fn retrieve(id: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let retrieve = Retrieve {
        id: id.to_owned(),
        client_secret: fields.text("client_secret")?,
        expand: Expand::read(&mut fields, Shape::Intent)?,
    };
    fields.finish()?;
    Ok(Box::new(retrieve))
}

impl Operation for Retrieve {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let intent = found(step, &self.id)?;
        if self.client_secret.is_some_and(|secret| secret != intent.client_secret()) {
            return Err(ApiError::invalid(
                "The client_secret provided does not match the PaymentIntent's client_secret.",
            )
            .code("payment_intent_client_secret_mismatch")
            .param("client_secret"));
        }
        Ok(step.view().intent(&intent, &self.expand))
    }

    fn subject(&self) -> Subject {
        Subject::Intent(self.id.clone())
    }
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
