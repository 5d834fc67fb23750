//! Calls to a cluster, wherever it can be reached.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;
use tokio::time::timeout;

use super::Error;
use super::reply::Reply;
use crate::backup;
use crate::config::Secret;

/// How long a call is tried before it is given up.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long one node may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// How long a file may take, from the first byte to the last.
const DOWNLOAD_MAX: Duration = Duration::from_secs(3_600);
/// How long until a file's first byte: a node gives itself two minutes to write the snapshot.
const DOWNLOAD_BEGINS_WITHIN: Duration = Duration::from_secs(130);
/// How long no byte of a file may come: then another node is asked.
const DOWNLOAD_PAUSE_MAX: Duration = Duration::from_secs(30);
/// How long to wait after all nodes were asked in vain: about as long as an election takes.
const PAUSE: Duration = Duration::from_millis(250);

/// The nodes of a cluster.
#[derive(Debug)]
pub(crate) struct Api {
    nodes: Vec<Url>,
    token: Option<HeaderValue>,
    http: reqwest::Client,
}

/// A call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
    headers: Vec<(&'static str, String)>,
}

impl Call {
    /// A call that only reads.
    pub(crate) fn get(path: impl Into<String>) -> Call {
        Call { method: Method::GET, path: path.into(), query: Vec::new(), body: None, headers: Vec::new() }
    }

    /// A call that can be repeated as it is.
    pub(crate) fn put(path: impl Into<String>, body: Value) -> Call {
        Call { method: Method::PUT, body: Some(body), ..Call::get(path) }
    }

    /// A call that is done once, however often it is sent: it carries an idempotency key of its own.
    pub(crate) fn post(path: impl Into<String>, body: Option<Value>) -> Call {
        let call = Call { method: Method::POST, body, ..Call::get(path) };
        call.header("Idempotency-Key", uuid::Uuid::now_v7().to_string())
    }

    /// What it is about, for people: `product sneaker.42`.
    fn thing(&self) -> String {
        let product = self.query.iter().find(|(name, _)| *name == "product_id");
        let mut segments = self.path.trim_start_matches("/v1/").split('/');
        match (product, segments.next(), segments.next()) {
            (Some((_, product)), ..) => format!("product {product}"),
            (None, Some("products"), Some(id)) => format!("product {id}"),
            (None, Some("orders"), Some(id)) => format!("order {id}"),
            _ => self.path.clone(),
        }
    }

    /// The same with a header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Call {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with a parameter, if there is a value for it.
    pub(crate) fn query(mut self, name: &'static str, value: Option<impl Into<String>>) -> Call {
        self.query.extend(value.map(|value| (name, value.into())));
        self
    }
}

/// A node gave no definite answer.
struct Unsettled {
    reason: String,
    /// Whether asking again later may help.
    alive: bool,
}

impl Api {
    /// The API of the nodes at `urls`, called with `token`.
    pub(crate) fn new(urls: &[String], token: Option<Secret>) -> Result<Api, Error> {
        let nodes = urls.iter().map(|url| parse(url)).collect::<Result<Vec<_>, _>>()?;
        if nodes.is_empty() {
            return Err(Error::Url { url: String::new(), reason: "there is none".to_owned() });
        }
        let bearer = token.and_then(|token| HeaderValue::try_from(format!("Bearer {}", token.expose())).ok());
        let token = bearer.map(|mut bearer| {
            bearer.set_sensitive(true);
            bearer
        });
        // A proxy of the environment is meant for the web, not for a cluster next door.
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWER_MAX).build();
        let http = http.map_err(|error| Error::Url { url: urls.join(", "), reason: error.to_string() })?;
        Ok(Api { nodes, token, http })
    }

    /// Makes a call: at the first node that gives a definite answer, once more at each while an election may be on.
    pub(crate) async fn call(&self, call: Call) -> Result<Reply, Error> {
        let start = Instant::now();
        loop {
            let mut tried = Vec::new();
            let mut alive = false;
            for node in &self.nodes {
                match self.call_node(node, &call).await? {
                    Ok(reply) => return reply.accepted(&call.thing()),
                    Err(unsettled) => {
                        alive |= unsettled.alive;
                        tried.push(format!("{}: {}", node.as_str().trim_end_matches('/'), unsettled.reason));
                    }
                }
            }
            if !alive || start.elapsed() > PATIENCE {
                return Err(Error::Unanswered { tried: tried.join("; ") });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Makes a call whose answer is a file, and writes that to `path`: at the first node that gives it to its end.
    pub(crate) async fn download(&self, call: &Call, path: &Path) -> Result<(), Error> {
        let start = Instant::now();
        loop {
            let mut tried = Vec::new();
            for node in &self.nodes {
                match self.download_from(node, call, path).await? {
                    Ok(()) => return Ok(()),
                    Err(reason) => tried.push(format!("{}: {reason}", node.as_str().trim_end_matches('/'))),
                }
            }
            if start.elapsed() > PATIENCE {
                return Err(Error::Unanswered { tried: tried.join("; ") });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn download_from(&self, node: &Url, call: &Call, path: &Path) -> Result<Result<(), String>, Error> {
        let request = self.request(node, call)?.timeout(DOWNLOAD_MAX);
        let mut response = match timeout(DOWNLOAD_BEGINS_WITHIN, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Ok(Err(root_cause(&error))),
            Err(_) => return Ok(Err(silent(DOWNLOAD_BEGINS_WITHIN))),
        };
        if !response.status().is_success() {
            let reply = match Reply::receive(node, response).await {
                Ok(reply) => reply,
                Err(reason) => return Ok(Err(reason)),
            };
            if matches!(reply.status, 503 | 504) {
                return Ok(Err(reply.problem()));
            }
            return reply.accepted(&call.thing()).map(|_| Ok(()));
        }
        let mut file = backup::private::create_file(path).map_err(backup::Error::io("create", path))?;
        loop {
            match timeout(DOWNLOAD_PAUSE_MAX, response.chunk()).await {
                Ok(Ok(Some(piece))) => file.write_all(&piece).map_err(backup::Error::io("write", path))?,
                Ok(Ok(None)) => return Ok(Ok(())),
                Ok(Err(error)) => return Ok(Err(root_cause(&error))),
                Err(_) => return Ok(Err(silent(DOWNLOAD_PAUSE_MAX))),
            }
        }
    }

    async fn call_node(&self, node: &Url, call: &Call) -> Result<Result<Reply, Unsettled>, Error> {
        let response = match self.request(node, call)?.send().await {
            Ok(response) => response,
            Err(error) => {
                let alive = !error.is_connect();
                return Ok(Err(Unsettled { reason: root_cause(&error), alive }));
            }
        };
        let reply = match Reply::receive(node, response).await {
            Ok(reply) => reply,
            Err(reason) => return Ok(Err(Unsettled { reason, alive: true })),
        };
        // 503: nothing happened. 504: it may have, and the key makes asking again harmless.
        if matches!(reply.status, 503 | 504) {
            return Ok(Err(Unsettled { reason: reply.problem(), alive: true }));
        }
        Ok(Ok(reply))
    }

    fn request(&self, node: &Url, call: &Call) -> Result<reqwest::RequestBuilder, Error> {
        let mut url = node
            .join(call.path.trim_start_matches('/'))
            .map_err(|error| Error::Url { url: node.to_string(), reason: error.to_string() })?;
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = self.http.request(call.method.clone(), url);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        Ok(match &call.body {
            Some(body) => request.json(body),
            None => request,
        })
    }
}

fn parse(text: &str) -> Result<Url, Error> {
    let wrong = |reason: &str| Error::Url { url: text.to_owned(), reason: reason.to_owned() };
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    if url.scheme() != "http" {
        return Err(wrong("this version speaks http only"));
    }
    // The command knows the paths. One that is given here is most likely the beginning of those, and would stand twice.
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("what stands behind the port is not taken"));
    }
    Ok(url)
}

/// What an error is at bottom: "connection refused", and not that a request could not be sent.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// What to say of a node that neither answers nor goes away.
fn silent(within: Duration) -> String {
    format!("said nothing for {} s", within.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_names_the_thing_that_it_is_about() {
        let thing = |path: &str| Call::get(path).thing();
        assert_eq!(thing("/v1/products/sneaker.42/orders"), "product sneaker.42");
        assert_eq!(thing("/v1/orders/0193"), "order 0193");
        assert_eq!(thing("/v1/cluster"), "/v1/cluster");
        assert_eq!(Call::get("/v1/audit").query("product_id", Some("x")).thing(), "product x");
    }
}
