//! Webhook endpoints.

use serde_json::Value;

use super::operation::Operation;
use super::page::Page;
use crate::book::Step;
use crate::form::{Fields, merge};
use crate::id;
use crate::object::endpoint::{Endpoint, Secret};
use crate::object::error::ApiError;
use crate::object::event::TYPES;
use crate::object::intent::Metadata;
use crate::render;
use crate::version::Version;

/// How many an account may have, as at the provider.
const ENDPOINTS_MAX: usize = 16;
const URL_MAX: usize = 2_048;
const EVENTS_MAX: usize = 250;

/// What is said about an endpoint when it is made or changed.
struct Terms {
    url: Option<String>,
    enabled_events: Option<Vec<String>>,
    description: Option<String>,
    metadata: Metadata,
    disabled: Option<bool>,
    api_version: Option<String>,
}

impl Terms {
    fn read(fields: &mut Fields) -> Result<Terms, ApiError> {
        let url = fields.text_max("url", URL_MAX)?;
        if let Some(url) = &url {
            check_url(url)?;
        }
        let enabled_events = fields.list("enabled_events", EVENTS_MAX)?;
        for event in enabled_events.iter().flatten() {
            if event != "*" && !TYPES.contains(&event.as_str()) {
                return Err(ApiError::invalid(format!(
                    "Invalid enabled_events: the simulator sends \"*\" or {}; not {event:?}",
                    TYPES.join(", ")
                ))
                .param("enabled_events"));
            }
        }
        Ok(Terms {
            url,
            enabled_events,
            description: fields.text_or_unset("description")?,
            metadata: fields.metadata()?.unwrap_or_default(),
            disabled: None,
            api_version: None,
        })
    }
}

/// Deliveries go over plain HTTP: the simulator is for loopback and test networks, and has no trust store.
fn check_url(url: &str) -> Result<(), ApiError> {
    let invalid = |message: String| Err(ApiError::invalid(message).code("url_invalid").param("url"));
    if url.starts_with("https://") {
        return invalid(
            "Invalid URL: the simulator delivers over plain HTTP; give an address with http://".into(),
        );
    }
    match url.parse::<http::Uri>() {
        Ok(uri) if uri.scheme_str() == Some("http") && uri.host().is_some() => Ok(()),
        _ => invalid("Invalid URL: An explicit scheme (such as http) and a host must be provided.".into()),
    }
}

/// An endpoint that nothing is known of but where it is and what it is told.
fn endpoint(step: &mut Step<'_>, url: String, enabled_events: Vec<String>) -> Endpoint {
    let (id, serial) = step.mint("we");
    Endpoint {
        id,
        serial,
        created: step.seconds(),
        url,
        enabled_events,
        disabled: false,
        deleted: false,
        api_version: None,
        description: None,
        metadata: Metadata::new(),
        secret: Secret(format!("whsec_{}", id::secret())),
        retiring: None,
    }
}

/// Has everything told to `url`, and to nobody that was told before. Gives the secret that it is signed with.
pub(crate) fn subscribe(step: &mut Step<'_>, url: String) -> String {
    let told: Vec<Endpoint> =
        step.book.endpoints.rows().iter().filter(|endpoint| !endpoint.deleted).cloned().collect();
    told.into_iter().for_each(|endpoint| step.put_endpoint(Endpoint { deleted: true, ..endpoint }));
    let endpoint = endpoint(step, url, vec!["*".to_owned()]);
    let secret = endpoint.secret.0.clone();
    step.put_endpoint(endpoint);
    secret
}

struct Create(Terms);

/// The version that the endpoint's events are told in.
fn api_version(fields: &mut Fields) -> Result<Option<String>, ApiError> {
    let Some(name) = fields.text("api_version")? else { return Ok(None) };
    let version = Version::read(&name).map_err(|error| error.param("api_version"))?;
    Ok(Some(version.name().to_owned()))
}

pub(super) fn create(_: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let mut terms = Terms::read(&mut fields)?;
    terms.api_version = api_version(&mut fields)?;
    if terms.url.is_none() {
        return Err(fields.absent("url"));
    }
    if terms.enabled_events.as_ref().is_none_or(Vec::is_empty) {
        return Err(fields.absent("enabled_events"));
    }
    fields.list("expand", 20)?;
    fields.finish()?;
    Ok(Box::new(Create(terms)))
}

impl Operation for Create {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let live = step.book.endpoints.rows().iter().filter(|endpoint| !endpoint.deleted).count();
        if live >= ENDPOINTS_MAX {
            return Err(ApiError::invalid(format!(
                "You have reached the maximum of {ENDPOINTS_MAX} test webhook endpoints."
            )));
        }
        let mut metadata = Metadata::new();
        merge(&mut metadata, self.0.metadata)?;
        let (url, events) = (self.0.url.unwrap_or_default(), self.0.enabled_events.unwrap_or_default());
        let endpoint = Endpoint {
            api_version: self.0.api_version,
            description: self.0.description.filter(|text| !text.is_empty()),
            metadata,
            ..endpoint(step, url, events)
        };
        step.put_endpoint(endpoint.clone());
        Ok(render::endpoint(&endpoint, true))
    }
}

struct Update {
    id: String,
    terms: Terms,
}

pub(super) fn update(id: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let mut terms = Terms::read(&mut fields)?;
    terms.disabled = fields.boolean("disabled")?;
    fields.list("expand", 20)?;
    fields.finish()?;
    Ok(Box::new(Update { id: id.to_owned(), terms }))
}

impl Operation for Update {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let mut endpoint = found(step, &self.id)?;
        let terms = self.terms;
        merge(&mut endpoint.metadata, terms.metadata)?;
        endpoint.url = terms.url.unwrap_or(endpoint.url);
        endpoint.enabled_events = terms.enabled_events.unwrap_or(endpoint.enabled_events);
        endpoint.disabled = terms.disabled.unwrap_or(endpoint.disabled);
        if let Some(description) = terms.description {
            endpoint.description = Some(description).filter(|text| !text.is_empty());
        }
        step.put_endpoint(endpoint.clone());
        Ok(render::endpoint(&endpoint, false))
    }
}

struct Retrieve(String);

pub(super) fn retrieve(id: &str, fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    fields.finish()?;
    Ok(Box::new(Retrieve(id.to_owned())))
}

impl Operation for Retrieve {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        Ok(render::endpoint(&found(step, &self.0)?, false))
    }
}

struct Delete(String);

pub(super) fn delete(id: &str, fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    fields.finish()?;
    Ok(Box::new(Delete(id.to_owned())))
}

impl Operation for Delete {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let mut endpoint = found(step, &self.0)?;
        endpoint.deleted = true;
        step.put_endpoint(endpoint.clone());
        Ok(render::endpoint(&endpoint, false))
    }
}

struct List(Page);

pub(super) fn list(_: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let page = Page::read(&mut fields)?;
    fields.finish()?;
    Ok(Box::new(List(page)))
}

impl Operation for List {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let shelf = &step.book.endpoints;
        let show = |endpoint: &Endpoint| render::endpoint(endpoint, false);
        self.0.of(shelf, "/v1/webhook_endpoints", "webhook endpoint", |endpoint| !endpoint.deleted, show)
    }
}

fn found(step: &Step<'_>, id: &str) -> Result<Endpoint, ApiError> {
    let endpoint = step.book.endpoints.get(id).filter(|endpoint| !endpoint.deleted);
    endpoint.cloned().ok_or_else(|| ApiError::missing(404, "webhook endpoint", id, "id"))
}
