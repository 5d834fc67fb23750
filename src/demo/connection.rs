//! A connection to a node, with one request on it at a time.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::errand::Errand;

/// How long an answer may take: a little more than a node itself waits.
const ANSWER_MAX: Duration = Duration::from_secs(6);

/// A connection to a node. After an error it is good for nothing.
#[derive(Debug)]
pub(super) struct Connection(SendRequest<Full<Bytes>>);

/// What a node answered.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

/// No answer came: whether the request took effect is unknown.
#[derive(Debug)]
pub(super) struct Lost;

impl Connection {
    /// Connects to a node.
    pub(super) async fn open(node: SocketAddr) -> Result<Connection, Lost> {
        let stream = TcpStream::connect(node).await.map_err(|_| Lost)?;
        stream.set_nodelay(true).map_err(|_| Lost)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|_| Lost)?;
        // It ends with the connection; whoever waits for an answer on it learns of the end.
        tokio::task::spawn_local(connection);
        Ok(Connection(sender))
    }

    /// Sends a request, and waits for its answer.
    pub(super) async fn send(&mut self, errand: &Errand) -> Result<Answer, Lost> {
        let exchange = tokio::time::timeout(ANSWER_MAX, self.exchange(errand.request()));
        exchange.await.map_err(|_| Lost)?.map_err(|_| Lost)
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Answer> {
        self.0.ready().await?;
        let response = self.0.send_request(request).await?;
        let status = response.status().as_u16();
        let mut incoming = response.into_body();
        let mut body = Bytes::new();
        while let Some(frame) = incoming.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            body = if body.is_empty() { data } else { join(&body, &data) };
        }
        Ok(Answer { status, body })
    }
}

impl Answer {
    /// The value of a text field. Of a hundred thousand refusals, only this one word is of interest.
    pub(super) fn word(&self, field: &str) -> Option<&str> {
        let text = std::str::from_utf8(&self.body).ok()?;
        let value = text.split_once(&format!("\"{field}\":\""))?.1;
        value.split('"').next()
    }

    /// Whether a field is true.
    pub(super) fn is_true(&self, field: &str) -> bool {
        let text = std::str::from_utf8(&self.body).unwrap_or_default();
        text.contains(&format!("\"{field}\":true"))
    }
}

fn join(one: &[u8], other: &[u8]) -> Bytes {
    let mut joined = BytesMut::with_capacity(one.len() + other.len());
    joined.extend_from_slice(one);
    joined.extend_from_slice(other);
    joined.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_an_answer_are_found() {
        let body = Bytes::from_static(br#"{"status":409,"code":"sold_out","available":0,"may_return":true}"#);
        let answer = Answer { status: 409, body };
        assert_eq!(answer.word("code"), Some("sold_out"));
        assert_eq!(answer.word("title"), None);
        assert!(answer.is_true("may_return"));
        assert!(!answer.is_true("available"));
    }
}
