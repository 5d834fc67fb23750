//! A server that plays exchanges from a script, one for each request, and writes down what it was asked.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What happens to a request.
#[derive(Clone, Debug)]
pub(crate) enum Exchange {
    /// It is answered, and the connection is kept.
    Answer(u16, Vec<(&'static str, &'static str)>, String),
    /// It is read, and these bytes come back, and then the end.
    Raw(String),
    /// The connection breaks before it is read.
    ResetBefore,
    /// The connection breaks after it was read.
    ResetAfter,
    /// It is read, and nothing comes back.
    Stall,
    /// It is answered with a body that does not end.
    Endless,
}

impl Exchange {
    pub(crate) fn ok(body: &str) -> Exchange {
        Exchange::Answer(200, Vec::new(), body.to_owned())
    }

    pub(crate) fn error(status: u16, kind: &str, code: &str) -> Exchange {
        let body = format!(r#"{{"error": {{"type": "{kind}", "code": "{code}"}}}}"#);
        Exchange::Answer(status, Vec::new(), body)
    }
}

/// What the server was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// On which connection, counted from 0.
    pub(crate) connection: usize,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn key(&self) -> &str {
        self.header("idempotency-key").expect("a key")
    }
}

#[derive(Debug, Default)]
struct Script {
    exchanges: VecDeque<Exchange>,
    asked: Vec<Asked>,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    script: Arc<Mutex<Script>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn playing(exchanges: Vec<Exchange>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let script = Arc::new(Mutex::new(Script { exchanges: exchanges.into(), asked: Vec::new() }));
        let task = tokio::spawn(accept(listener, Arc::clone(&script)));
        Server { address, script, task }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.lock().expect("the script").asked.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, script: Arc<Mutex<Script>>) {
    let mut connections = JoinSet::new();
    for number in 0.. {
        let (stream, _) = listener.accept().await.expect("a connection");
        connections.spawn(converse(stream, number, Arc::clone(&script)));
    }
}

async fn converse(mut stream: TcpStream, number: usize, script: Arc<Mutex<Script>>) {
    loop {
        // What is not read when the stream is dropped makes the kernel send a reset.
        if stream.readable().await.is_err() {
            return;
        }
        let mut first = [0];
        if !matches!(stream.peek(&mut first).await, Ok(1)) {
            return;
        }
        let exchange = script.lock().expect("the script").exchanges.pop_front();
        let exchange = exchange.unwrap_or_else(|| panic!("a request for which there is no exchange"));
        if matches!(exchange, Exchange::ResetBefore) {
            return;
        }
        let Some(asked) = read(&mut stream, number).await else { return };
        script.lock().expect("the script").asked.push(asked);
        if !play(&mut stream, exchange).await {
            return;
        }
    }
}

/// Plays an exchange; whether the connection goes on.
async fn play(stream: &mut TcpStream, exchange: Exchange) -> bool {
    match exchange {
        Exchange::Answer(status, headers, body) => {
            let headers: String =
                headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.is_ok()
        }
        Exchange::Raw(bytes) => {
            let _sent = stream.write_all(bytes.as_bytes()).await;
            false
        }
        Exchange::ResetBefore | Exchange::ResetAfter => false,
        Exchange::Stall => std::future::pending().await,
        Exchange::Endless => {
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
            let mut well = stream.write_all(head.as_bytes()).await.is_ok();
            while well {
                let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
                well = stream.write_all(chunk.as_bytes()).await.is_ok();
            }
            false
        }
    }
}

/// Reads a request; nothing if the connection ends before it.
async fn read(stream: &mut TcpStream, connection: usize) -> Option<Asked> {
    let mut bytes = Vec::new();
    loop {
        if let Some(asked) = parse(&bytes, connection) {
            return Some(asked);
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn parse(bytes: &[u8], connection: usize) -> Option<Asked> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = request.parse(bytes).expect("a request") else { return None };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let headers = request.headers.iter().map(|header| (header.name.to_lowercase(), text(header.value)));
    let line = format!("{} {}", request.method.expect("a method"), request.path.expect("a path"));
    let mut asked = Asked { line, headers: headers.collect(), body: String::new(), connection };
    let length = asked.header("content-length").map_or(0, |length| length.parse().expect("a length"));
    asked.body = text(bytes.get(head..head + length)?);
    Some(asked)
}
