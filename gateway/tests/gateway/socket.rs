//! A server on a port of its own, and a client that says exactly what it is told.

use std::net::SocketAddr;
use std::time::Duration;

use gateway::{App, Drained, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Longer than anything here takes; reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server under way.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Drained>,
}

impl Server {
    pub(crate) async fn start(app: App) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(serve(listener, app, async {
            stopped.await.expect("the server is stopped, not forgotten");
        }));
        Server { address, stop, running }
    }

    /// Gives the shutdown signal.
    pub(crate) fn stop(self) -> Stopping {
        self.stop.send(()).expect("the server runs");
        Stopping { running: self.running }
    }
}

/// A server that was told to stop.
pub(crate) struct Stopping {
    running: JoinHandle<Drained>,
}

impl Stopping {
    pub(crate) async fn finished(self) -> Drained {
        let drained = tokio::time::timeout(PATIENCE, self.running).await.expect("the server stops");
        drained.expect("the server does not panic")
    }
}

/// A connection.
pub(crate) struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    pub(crate) async fn open(address: SocketAddr) -> Wire {
        Wire { stream: TcpStream::connect(address).await.expect("a connection"), buffer: Vec::new() }
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.expect("the server listens");
    }

    /// Says as much as the server will hear.
    pub(crate) async fn try_say(&mut self, text: &str) -> bool {
        self.stream.write_all(text.as_bytes()).await.is_ok()
    }

    /// Closes this side for writing.
    pub(crate) async fn finish(&mut self) {
        self.stream.shutdown().await.expect("the connection is open");
    }

    /// The next answer: its status and its body.
    pub(crate) async fn answer(&mut self) -> (u16, String) {
        let read = tokio::time::timeout(PATIENCE, self.read_answer()).await;
        read.expect("an answer").expect("an answer before the end")
    }

    /// Whether the server closes without another word.
    pub(crate) async fn is_closed(&mut self) -> bool {
        let read = tokio::time::timeout(PATIENCE, self.read_answer()).await.expect("an end");
        read.is_none() && self.buffer.is_empty()
    }

    async fn read_answer(&mut self) -> Option<(u16, String)> {
        loop {
            if let Some((answer, length)) = parse(&self.buffer) {
                self.buffer.drain(..length);
                return Some(answer);
            }
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}

/// The first answer in the buffer, and how long it is.
fn parse(buffer: &[u8]) -> Option<((u16, String), usize)> {
    let text = String::from_utf8_lossy(buffer);
    let (head, rest) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head
        .to_ascii_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let length = length.unwrap_or(0);
    let body = rest.get(..length)?.to_owned();
    Some(((status, body), head.len() + 4 + length))
}

/// An attempt to reserve, as it goes over the wire.
pub(crate) fn attempt(buyer: &str) -> String {
    let body = "{\"quantity\":1}";
    format!("{}Content-Length: {}\r\n\r\n{body}", attempt_head(buyer), body.len())
}

/// Its head, without a length and without its end.
pub(crate) fn attempt_head(buyer: &str) -> String {
    format!(
        "POST /v1/products/phone/reservations HTTP/1.1\r\nHost: shop\r\nBuyer-Id: {buyer}\r\n\
         Idempotency-Key: k\r\nContent-Type: application/json\r\n"
    )
}
