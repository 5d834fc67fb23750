//! A request as it came in.

use bytes::Bytes;
use http::{HeaderMap, Method, Request};

/// A request as it came in, with its whole body.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl From<Request<Bytes>> for Asked {
    fn from(request: Request<Bytes>) -> Asked {
        let (head, body) = request.into_parts();
        Asked {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head.headers,
            body,
        }
    }
}

impl Asked {
    /// A header as text, if it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the body is a form, or may be taken for one.
    pub(crate) fn is_form(&self) -> bool {
        self.body.is_empty()
            || self
                .header("content-type")
                .is_none_or(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    }
}
