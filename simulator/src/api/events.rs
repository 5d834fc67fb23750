//! Events: read only.

use serde_json::Value;

use super::operation::Operation;
use super::page::Page;
use crate::book::Step;
use crate::form::Fields;
use crate::object::error::ApiError;

/// How many types one list may ask for, as at the provider.
const TYPES_MAX: usize = 20;

struct Retrieve(String);

pub(super) fn retrieve(id: &str, fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    fields.finish()?;
    Ok(Box::new(Retrieve(id.to_owned())))
}

impl Operation for Retrieve {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let event =
            step.book.events.get(&self.0).ok_or_else(|| ApiError::missing(404, "event", &self.0, "id"))?;
        Ok(step.view().event(event))
    }
}

struct List {
    page: Page,
    types: Option<Vec<String>>,
    delivered: Option<bool>,
}

pub(super) fn list(_: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let page = Page::read_dated(&mut fields)?;
    let one = fields.text("type")?;
    let several = fields.list("types", TYPES_MAX)?;
    if one.is_some() && several.is_some() {
        return Err(
            ApiError::invalid("You may only specify one of these parameters: type, types.").param("type")
        );
    }
    let list = List {
        page,
        types: one.map(|one| vec![one]).or(several),
        delivered: fields.boolean("delivery_success")?,
    };
    fields.finish()?;
    Ok(Box::new(list))
}

impl List {
    fn names(&self, kind: &str) -> bool {
        let fits = |pattern: &String| match pattern.strip_suffix('*') {
            Some(beginning) => kind.starts_with(beginning),
            None => kind == pattern,
        };
        self.types.as_ref().is_none_or(|types| types.iter().any(fits))
    }
}

impl Operation for List {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let view = step.view();
        self.page.of(
            &view.book.events,
            "/v1/events",
            "event",
            |event| {
                let delivered = view.book.pending_webhooks(&event.id) == 0;
                self.names(&event.kind) && self.delivered.is_none_or(|wanted| wanted == delivered)
            },
            |event| view.event(event),
        )
    }
}
