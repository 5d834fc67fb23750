//! The table of routes.

use http::Method;

use super::operation::Operation;
use super::{charges, events, intents, payment_methods, refunds, webhook_endpoints};
use crate::faults::Verb;
use crate::form::Fields;
use crate::object::error::{ApiError, Kind};

/// From the id in the path and the parameters to what is wanted.
type Parse = fn(&str, Fields) -> Result<Box<dyn Operation>, ApiError>;

/// A route of the API.
pub(crate) struct Route {
    /// Method and pattern, `{id}` standing for any id: what rate limits call an endpoint.
    pub(crate) name: &'static str,
    /// What fault scripts call it.
    pub(crate) verb: Verb,
    pub(crate) parse: Parse,
    /// The same for a publishable key, if one will do.
    pub(crate) publishable: Option<Parse>,
}

const fn route(name: &'static str, verb: Verb, parse: Parse) -> Route {
    Route { name, verb, parse, publishable: None }
}

impl Route {
    const fn or_publishable(self, parse: Parse) -> Route {
        Route { publishable: Some(parse), ..self }
    }
}

#[rustfmt::skip]
const ROUTES: &[Route] = &[
    route("POST /v1/payment_intents", Verb::Create, intents::create),
    route("GET /v1/payment_intents", Verb::List, intents::list),
    route("GET /v1/payment_intents/{id}", Verb::Retrieve, intents::retrieve).or_publishable(intents::retrieve_as_buyer),
    route("POST /v1/payment_intents/{id}", Verb::Update, intents::update),
    route("POST /v1/payment_intents/{id}/confirm", Verb::Confirm, intents::confirm),
    route("POST /v1/payment_intents/{id}/capture", Verb::Capture, intents::capture),
    route("POST /v1/payment_intents/{id}/cancel", Verb::Cancel, intents::cancel),
    route("POST /v1/refunds", Verb::Refund, refunds::create),
    route("GET /v1/refunds", Verb::ListRefunds, refunds::list),
    route("GET /v1/refunds/{id}", Verb::RetrieveRefund, refunds::retrieve),
    route("POST /v1/refunds/{id}", Verb::Other, refunds::update),
    route("GET /v1/charges", Verb::Other, charges::list),
    route("GET /v1/charges/{id}", Verb::Other, charges::retrieve),
    route("GET /v1/events", Verb::Other, events::list),
    route("GET /v1/events/{id}", Verb::Other, events::retrieve),
    route("POST /v1/webhook_endpoints", Verb::Other, webhook_endpoints::create),
    route("GET /v1/webhook_endpoints", Verb::Other, webhook_endpoints::list),
    route("GET /v1/webhook_endpoints/{id}", Verb::Other, webhook_endpoints::retrieve),
    route("POST /v1/webhook_endpoints/{id}", Verb::Other, webhook_endpoints::update),
    route("DELETE /v1/webhook_endpoints/{id}", Verb::Other, webhook_endpoints::delete),
    route("POST /v1/payment_methods", Verb::Other, payment_methods::create).or_publishable(payment_methods::create),
    route("GET /v1/payment_methods/{id}", Verb::Other, payment_methods::retrieve),
];

/// The route of a request, and the id in its path or nothing.
pub(crate) fn find<'p>(method: &Method, path: &'p str) -> Result<(&'static Route, &'p str), ApiError> {
    let found = ROUTES.iter().find_map(|route| {
        let (wanted, pattern) = route.name.split_once(' ')?;
        (wanted == method.as_str()).then(|| matches(pattern, path))?.map(|id| (route, id))
    });
    found.ok_or_else(|| {
        ApiError::new(
            404,
            Kind::InvalidRequest,
            format!(
                "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at \
                 https://support.stripe.com/."
            ),
        )
    })
}

/// The id in `path` if it fits the pattern; an empty one if the pattern has none.
fn matches<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut id = "";
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(id),
            (Some("{id}"), Some(segment)) if !segment.is_empty() => id = segment,
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_told_apart() {
        let name = |method: Method, path: &str| {
            find(&method, path).map(|(route, id)| (route.name, id.to_owned())).ok()
        };
        assert_eq!(
            name(Method::POST, "/v1/payment_intents/pi_1/confirm"),
            Some(("POST /v1/payment_intents/{id}/confirm", "pi_1".to_owned()))
        );
        assert_eq!(name(Method::GET, "/v1/refunds"), Some(("GET /v1/refunds", String::new())));
        for (method, path) in [
            (Method::PUT, "/v1/refunds"),
            (Method::GET, "/v1/refunds/"),
            (Method::GET, "/v1/customers"),
            (Method::GET, "/v1/refunds/re_1/more"),
        ] {
            assert_eq!(name(method, path), None, "{path}");
        }
    }
}
