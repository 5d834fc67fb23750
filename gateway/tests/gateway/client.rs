//! A client that talks to an app without a network.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request};
use gateway::App;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// A request in the making.
pub(crate) struct Call {
    app: App,
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Body,
}

impl Call {
    pub(crate) fn new(app: &App, method: Method, path: &str) -> Call {
        Call { app: app.clone(), method, path: path.to_owned(), headers: Vec::new(), body: Body::empty() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Call {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn buyer(self, buyer: &str) -> Call {
        self.header("Buyer-Id", buyer)
    }

    pub(crate) fn token(self, token: &str) -> Call {
        let value = format!("Bearer {token}");
        self.header("Authorization", &value)
    }

    pub(crate) fn key(self, key: &str) -> Call {
        self.header("Idempotency-Key", key)
    }

    pub(crate) fn json(self, value: &Value) -> Call {
        self.text("application/json", &value.to_string())
    }

    pub(crate) fn text(self, content_type: &str, body: &str) -> Call {
        self.header("Content-Type", content_type).body(Body::from(body.to_owned()))
    }

    pub(crate) fn body(mut self, body: Body) -> Call {
        self.body = body;
        self
    }

    pub(crate) async fn send(self) -> Reply {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = request.body(self.body).expect("a request");
        let response = self.app.oneshot(request).await.expect("an app always answers");
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a body in memory").to_bytes();
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a header of text"))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body of text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// A member of the body that is a text.
    pub(crate) fn member(&self, name: &str) -> String {
        let json = self.json();
        let member = json.get(name).and_then(Value::as_str);
        member.unwrap_or_else(|| panic!("no text {name} in {json}")).to_owned()
    }

    /// Asserts the status, and gives the body.
    #[track_caller]
    pub(crate) fn done(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// Asserts that this is a problem of this status and code, well formed, and gives its body.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let json = self.json();
        assert_eq!(json["code"], code, "{json}");
        assert_eq!(json["type"], format!("/problems/{code}"));
        assert_eq!(json["status"], status);
        assert!(json["title"].is_string() && json["detail"].is_string(), "{json}");
        json
    }

    /// Asserts that this is a problem whose detail has all these words.
    #[track_caller]
    pub(crate) fn names(&self, status: u16, code: &str, words: &[&str]) {
        let json = self.problem(status, code);
        let detail = json["detail"].as_str().expect("a detail");
        for word in words {
            assert!(detail.contains(word), "{word} is not in: {detail}");
        }
    }
}
