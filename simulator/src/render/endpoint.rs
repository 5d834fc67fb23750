//! Webhook endpoints as the API shows them.

use serde_json::{Value, json};

use crate::object::endpoint::Endpoint;

/// A webhook endpoint. Its secret is shown once, when it is made.
pub(crate) fn endpoint(endpoint: &Endpoint, with_secret: bool) -> Value {
    if endpoint.deleted {
        return json!({ "id": endpoint.id, "object": "webhook_endpoint", "deleted": true });
    }
    let mut shown = json!({
        "id": endpoint.id,
        "object": "webhook_endpoint",
        "api_version": endpoint.api_version,
        "application": null,
        "created": endpoint.created,
        "description": endpoint.description,
        "enabled_events": endpoint.enabled_events,
        "livemode": false,
        "metadata": endpoint.metadata,
        "status": if endpoint.disabled { "disabled" } else { "enabled" },
        "url": endpoint.url,
    });
    if let (true, Some(shown)) = (with_secret, shown.as_object_mut()) {
        shown.insert("secret".to_owned(), json!(endpoint.secret.0));
    }
    shown
}
