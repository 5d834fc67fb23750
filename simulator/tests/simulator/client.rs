//! A client that hides nothing: status, headers and body as they came.

use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) text: String,
    headers: reqwest::header::HeaderMap,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a header of text"))
    }

    /// A text in the body, by its path.
    #[track_caller]
    pub(crate) fn at(&self, pointer: &str) -> &str {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no text at {pointer} in {:#}", self.body))
    }

    /// A number in the body, by its path.
    #[track_caller]
    pub(crate) fn number(&self, pointer: &str) -> i64 {
        let found = self.body.pointer(pointer).and_then(Value::as_i64);
        found.unwrap_or_else(|| panic!("no number at {pointer} in {:#}", self.body))
    }

    /// Asserts the status, and gives the answer back.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Asserts status and code of an error.
    #[track_caller]
    pub(crate) fn fails(self, status: u16, code: &str) -> Answer {
        let answer = self.is(status);
        assert_eq!(answer.at("/error/code"), code);
        answer
    }
}

/// A caller with a key.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
    extra: Vec<(String, String)>,
}

impl Client {
    pub(crate) fn new(url: &str, key: &str) -> Client {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let http = http.pool_max_idle_per_host(0).build().expect("a client");
        Client { http, url: url.to_owned(), key: key.to_owned(), extra: Vec::new() }
    }

    /// The same, using connections again.
    pub(crate) fn keeping_connections(&self) -> Client {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        Client { http: http.build().expect("a client"), ..self.clone() }
    }

    /// The same with a header more.
    pub(crate) fn with(&self, name: &str, value: &str) -> Client {
        let mut other = self.clone();
        other.extra.push((name.to_owned(), value.to_owned()));
        other
    }

    /// The same with an idempotency key.
    pub(crate) fn keyed(&self, key: &str) -> Client {
        self.with("idempotency-key", key)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(self.address(path))).await.expect("an answer")
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.http.delete(self.address(path))).await.expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.try_post(path, form).await.expect("an answer")
    }

    /// A post whose connection may be cut.
    pub(crate) async fn try_post(&self, path: &str, form: &[(&str, &str)]) -> Result<Answer, reqwest::Error> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.post_body(path, "application/x-www-form-urlencoded", body).await
    }

    pub(crate) async fn post_body(
        &self,
        path: &str,
        kind: &str,
        body: String,
    ) -> Result<Answer, reqwest::Error> {
        self.send(self.http.post(self.address(path)).header("content-type", kind).body(body)).await
    }

    fn address(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
        let mut request = request;
        if !self.key.is_empty() {
            request = request.bearer_auth(&self.key);
        }
        for (name, value) in &self.extra {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or_default();
        Ok(Answer { status, body, text, headers })
    }
}
