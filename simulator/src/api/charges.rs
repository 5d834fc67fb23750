//! Charges: read only; intents make them.

use serde_json::Value;

use super::operation::{Operation, Subject};
use super::page::Page;
use crate::book::Step;
use crate::form::Fields;
use crate::object::error::ApiError;
use crate::render::{Expand, Shape};

struct Retrieve {
    id: String,
    expand: Expand,
}

pub(super) fn retrieve(id: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let retrieve = Retrieve { id: id.to_owned(), expand: Expand::read(&mut fields, Shape::Charge)? };
    fields.finish()?;
    Ok(Box::new(retrieve))
}

impl Operation for Retrieve {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let charge = step.book.charges.get(&self.id);
        let charge = charge.ok_or_else(|| ApiError::missing(404, "charge", &self.id, "id"))?;
        Ok(step.view().charge(charge, &self.expand))
    }

    fn subject(&self) -> Subject {
        Subject::Charge(self.id.clone())
    }
}

struct List {
    page: Page,
    intent: Option<String>,
    expand: Expand,
}

pub(super) fn list(_: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let list = List {
        page: Page::read_dated(&mut fields)?,
        intent: fields.text("payment_intent")?,
        expand: Expand::read_list(&mut fields, Shape::Charge)?,
    };
    fields.finish()?;
    Ok(Box::new(list))
}

impl Operation for List {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let view = step.view();
        self.page.of(
            &view.book.charges,
            "/v1/charges",
            "charge",
            |charge| self.intent.as_ref().is_none_or(|intent| charge.intent == *intent),
            |charge| view.charge(charge, &self.expand),
        )
    }
}
