//! The doors of a cluster: requests over HTTP, to one node, or to one after the other until the answer is definite.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

/// How long an answer may take: a node itself waits at most five seconds for its shard.
const ANSWER_WITHIN: Duration = Duration::from_secs(6);
/// How long to wait before asking the next node, as clients do.
const PAUSE: Duration = Duration::from_millis(20);

/// A request that can be sent again as it is.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) buyer: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) token: Option<&'static str>,
    pub(crate) body: Option<Value>,
}

/// What a node answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) node: u64,
    pub(crate) status: u16,
    pub(crate) replayed: bool,
    pub(crate) body: Value,
}

/// No answer came.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    /// Whether the request may have got there.
    pub(crate) may_have_happened: bool,
    pub(crate) why: String,
}

/// What came of sending an errand until its answer was definite, or time was up.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// The definite answer.
    pub(crate) answer: Option<Answer>,
    /// Whether it is unknown what came of a send before the last.
    pub(crate) unsure: bool,
    pub(crate) sends: u32,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    /// When the first 503 or 504 came.
    pub(crate) put_off: Option<Instant>,
    /// What was heard that was not definite.
    pub(crate) heard: Vec<String>,
}

/// The doors of a cluster.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    nodes: Vec<(u64, SocketAddr)>,
    /// Those of them that are the cluster's, for all clones alike.
    members: Arc<Mutex<Vec<u64>>>,
    http: reqwest::Client,
}

impl Errand {
    /// A request without a body, by nobody.
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Errand {
        Errand { method, path: path.into(), buyer: None, key: None, token: None, body: None }
    }

    /// The same by a buyer.
    pub(crate) fn by(mut self, buyer: impl Into<String>) -> Errand {
        self.buyer = Some(buyer.into());
        self
    }

    /// The same under a key.
    pub(crate) fn key(mut self, key: impl Into<String>) -> Errand {
        self.key = Some(key.into());
        self
    }

    /// The same with a token.
    pub(crate) fn token(mut self, token: &'static str) -> Errand {
        self.token = Some(token);
        self
    }

    /// The same with a body.
    pub(crate) fn body(mut self, body: Value) -> Errand {
        self.body = Some(body);
        self
    }
}

impl Answer {
    /// A text field.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }

    /// Whether what was asked for is done.
    pub(crate) fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it settles the request: 503 says that nothing happened, 504 that something may have.
    pub(crate) fn is_definite(&self) -> bool {
        !matches!(self.status, 503 | 504)
    }
}

impl Door {
    /// The doors of `nodes`, of which the first three are the cluster's; fewer, for who knows no others.
    pub(crate) fn new(nodes: Vec<(u64, SocketAddr)>) -> Door {
        let members = Arc::new(Mutex::new(nodes.iter().take(3).map(|&(node, _)| node).collect()));
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).build().expect("a client");
        Door { nodes, members, http }
    }

    /// The same with other patience for each answer.
    pub(crate) fn answering_within(&self, patience: Duration) -> Door {
        let http = reqwest::Client::builder().no_proxy().timeout(patience).build().expect("a client");
        Door { nodes: self.nodes.clone(), members: Arc::clone(&self.members), http }
    }

    /// The nodes that are the cluster's.
    pub(crate) fn members(&self) -> Vec<u64> {
        self.members.lock().expect("unbroken").clone()
    }

    /// From now on, `new` is one of the cluster's in the place of `old`.
    pub(crate) fn replaced(&self, old: u64, new: u64) {
        let mut members = self.members.lock().expect("unbroken");
        *members.iter_mut().find(|node| **node == old).expect("a node of the cluster") = new;
        members.sort_unstable();
    }

    /// Sends an errand to a node once.
    pub(crate) async fn send(&self, node: u64, errand: &Errand) -> Result<Answer, Lost> {
        let response = self.request(self.address(node), errand).send().await.map_err(|error| lost(&error))?;
        let status = response.status().as_u16();
        let replayed = response.headers().get("idempotent-replayed").is_some_and(|value| value == "true");
        let body = response.bytes().await.map_err(|error| lost(&error))?;
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Ok(Answer { node, status, replayed, body })
    }

    /// What a node answers to an errand, as it stands there; nothing if it does not do it.
    pub(crate) async fn text(&self, node: u64, errand: &Errand) -> Option<String> {
        let response = self.request(self.address(node), errand).send().await.ok()?;
        if response.status().is_success() { response.text().await.ok() } else { None }
    }

    /// Sends an errand to one node after the other, from `first` on, until the answer is definite.
    pub(crate) async fn settle(&self, first: u64, errand: &Errand, within: Duration) -> Sent {
        let began = Instant::now();
        let mut sent = Sent {
            answer: None,
            unsure: false,
            sends: 0,
            began,
            ended: began,
            put_off: None,
            heard: Vec::new(),
        };
        let start = self.nodes.iter().position(|(id, _)| *id == first).unwrap_or(0);
        for (node, _) in self.nodes.iter().cycle().skip(start) {
            sent.sends += 1;
            match self.send(*node, errand).await {
                Ok(answer) if answer.is_definite() => {
                    sent.answer = Some(answer);
                    break;
                }
                Ok(answer) => {
                    sent.unsure |= answer.status == 504;
                    sent.put_off.get_or_insert_with(Instant::now);
                    sent.heard.push(format!("{node}: {}", answer.status));
                }
                Err(lost) => {
                    sent.unsure |= lost.may_have_happened;
                    sent.heard.push(format!("{node}: {}", lost.why));
                }
            }
            if began.elapsed() > within {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        sent.ended = Instant::now();
        sent
    }

    fn address(&self, node: u64) -> SocketAddr {
        self.nodes.iter().find(|(id, _)| *id == node).expect("a node of the cluster").1
    }

    fn request(&self, address: SocketAddr, errand: &Errand) -> reqwest::RequestBuilder {
        let mut request =
            self.http.request(errand.method.clone(), format!("http://{address}{}", errand.path));
        if let Some(buyer) = &errand.buyer {
            request = request.header("Buyer-Id", buyer);
        }
        if let Some(key) = &errand.key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(token) = errand.token {
            request = request.bearer_auth(token);
        }
        match &errand.body {
            Some(body) => request.json(body),
            None => request,
        }
    }
}

fn lost(error: &reqwest::Error) -> Lost {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Lost { may_have_happened: !error.is_connect(), why: cause.to_string() }
}
