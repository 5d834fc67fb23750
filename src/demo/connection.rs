//! A connection to a node, with one request on it at a time.
//!
//! The crowd shares the machine with the nodes that it tests, so this is as lean as can be: a request is one write of
//! bytes that were made before, an answer is one read, and only its status and a word or two are looked at.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::errand::Errand;

/// How long an answer may take: a little more than a node itself waits.
const ANSWER_MAX: Duration = Duration::from_secs(6);
/// How many headers an answer has at most.
const HEADERS_MAX: usize = 32;
/// How much of an answer is read at once: more than any has that this client asks for.
const READ: usize = 4_096;

/// A connection to a node. After an error it is good for nothing.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    received: BytesMut,
}

/// What a node answered.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

/// No answer came, or none that can be read: whether the request took effect is unknown.
#[derive(Debug)]
pub(super) struct Lost;

impl Connection {
    /// Connects to a node.
    pub(super) async fn open(node: SocketAddr) -> Result<Connection, Lost> {
        let stream = TcpStream::connect(node).await.map_err(|_| Lost)?;
        stream.set_nodelay(true).map_err(|_| Lost)?;
        Ok(Connection { stream, received: BytesMut::new() })
    }

    /// Sends a request, and waits for its answer.
    pub(super) async fn send(&mut self, errand: &Errand) -> Result<Answer, Lost> {
        timeout(ANSWER_MAX, self.exchange(errand)).await.map_err(|_| Lost)?
    }

    async fn exchange(&mut self, errand: &Errand) -> Result<Answer, Lost> {
        self.stream.write_all(errand.bytes()).await.map_err(|_| Lost)?;
        loop {
            self.received.reserve(READ);
            let read = self.stream.read_buf(&mut self.received).await.map_err(|_| Lost)?;
            if let Some((answer, length)) = Answer::parse(&self.received)? {
                // Nothing was asked that could come behind it.
                let alone = length == self.received.len();
                self.received.clear();
                return if alone { Ok(answer) } else { Err(Lost) };
            }
            if read == 0 {
                return Err(Lost);
            }
        }
    }
}

impl Answer {
    /// The answer at the beginning of `received`, and how long it is there; nothing if it is not whole yet.
    fn parse(received: &[u8]) -> Result<Option<(Answer, usize)>, Lost> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(begin) = response.parse(received).map_err(|_| Lost)? else {
            return Ok(None);
        };
        let status = response.code.ok_or(Lost)?;
        let length =
            response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse::<usize>().ok());
        let end = begin.checked_add(length.ok_or(Lost)?).ok_or(Lost)?;
        let body = received.get(begin..end).map(Bytes::copy_from_slice);
        Ok(body.map(|body| (Answer { status, body }, end)))
    }

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

    #[test]
    fn an_answer_is_taken_when_it_is_whole() {
        let whole = b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\ndate: now\r\n\r\n{}";
        for length in 0..whole.len() {
            assert!(matches!(Answer::parse(&whole[..length]), Ok(None)), "{length}");
        }
        let (answer, length) = Answer::parse(whole).expect("it can be read").expect("it is whole");
        assert_eq!((answer.status, &answer.body[..], length), (409, &b"{}"[..], whole.len()));
    }

    #[test]
    fn what_is_no_answer_is_a_lost_one() {
        for wrong in [
            &b"SSH-2.0-OpenSSH\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
        ] {
            assert!(Answer::parse(wrong).is_err());
        }
    }
}
