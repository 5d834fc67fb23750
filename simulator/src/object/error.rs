//! The error objects of the API, and the statuses that they travel with.

use serde_json::{Map, Value, json};

/// The `type` of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Api,
    Card,
    Idempotency,
    InvalidRequest,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Api => "api_error",
            Kind::Card => "card_error",
            Kind::Idempotency => "idempotency_error",
            Kind::InvalidRequest => "invalid_request_error",
        }
    }
}

/// What an error about a payment carries.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) decline_code: Option<String>,
    pub(crate) charge: Option<String>,
    /// The intent as it is now, as a whole object.
    pub(crate) payment_intent: Option<Value>,
    /// The payment method that was declined, as a whole object.
    pub(crate) payment_method: Option<Value>,
}

/// A request that came to nothing, or to a decline: status, body and the headers that tell a client what to do.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) kind: Kind,
    pub(crate) message: String,
    pub(crate) code: Option<String>,
    pub(crate) param: Option<String>,
    /// What it is about; nothing for most errors.
    pub(crate) about: Option<Box<About>>,
    /// What `Stripe-Should-Retry` says, where the provider has an opinion.
    pub(crate) should_retry: Option<bool>,
    /// What `Stripe-Rate-Limited-Reason` says.
    pub(crate) rate_limited: Option<&'static str>,
}

impl ApiError {
    pub(crate) fn new(status: u16, kind: Kind, message: impl Into<String>) -> ApiError {
        ApiError {
            status,
            kind,
            message: message.into(),
            code: None,
            param: None,
            about: None,
            should_retry: None,
            rate_limited: None,
        }
    }

    /// A 400 of the most frequent type.
    pub(crate) fn invalid(message: impl Into<String>) -> ApiError {
        ApiError::new(400, Kind::InvalidRequest, message)
    }

    /// No object of that id in this account. Named by the path it is a 404, named by a parameter a 400.
    pub(crate) fn missing(status: u16, what: &str, id: &str, param: &str) -> ApiError {
        ApiError::new(status, Kind::InvalidRequest, format!("No such {what}: '{id}'"))
            .code("resource_missing")
            .param(param)
    }

    /// A call that a publishable key does not do for.
    pub(crate) fn secret_key_required() -> ApiError {
        ApiError::new(
            403,
            Kind::InvalidRequest,
            "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list \
             of your API keys at https://dashboard.stripe.com/account/apikeys.",
        )
        .code("secret_key_required")
    }

    pub(crate) fn code(mut self, code: impl Into<String>) -> ApiError {
        self.code = Some(code.into());
        self
    }

    pub(crate) fn param(mut self, param: impl Into<String>) -> ApiError {
        self.param = Some(param.into());
        self
    }

    pub(crate) fn about(mut self, about: About) -> ApiError {
        self.about = Some(Box::new(about));
        self
    }

    pub(crate) fn should_retry(mut self, should: bool) -> ApiError {
        self.should_retry = Some(should);
        self
    }

    /// The body, as the API writes it.
    pub(crate) fn body(&self) -> Value {
        let mut error = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                error.insert(name.to_owned(), value);
            }
        };
        put("type", json!(self.kind.word()));
        put("message", json!(self.message));
        put("param", json!(self.param));
        put("code", json!(self.code));
        let page = self.code.as_ref().map(|code| code.replace('_', "-"));
        put("doc_url", json!(page.map(|page| format!("https://stripe.com/docs/error-codes/{page}"))));
        if let Some(about) = &self.about {
            put("charge", json!(about.charge));
            put("decline_code", json!(about.decline_code));
            put("payment_intent", json!(about.payment_intent));
            put("payment_method", json!(about.payment_method));
        }
        json!({ "error": error })
    }
}
