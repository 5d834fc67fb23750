//! An endpoint that takes webhooks, and answers as it is told.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A webhook as it came.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) body: String,
    pub(crate) signature: String,
    pub(crate) event: Value,
}

impl Delivery {
    pub(crate) fn kind(&self) -> &str {
        self.event["type"].as_str().expect("a type")
    }

    pub(crate) fn id(&self) -> &str {
        self.event["id"].as_str().expect("an id")
    }
}

/// An endpoint.
pub(crate) struct Receiver {
    pub(crate) url: String,
    statuses: Arc<Mutex<VecDeque<u16>>>,
    deliveries: mpsc::UnboundedReceiver<Delivery>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub(crate) async fn new() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let statuses: Arc<Mutex<VecDeque<u16>>> = Arc::default();
        let (send, deliveries) = mpsc::unbounded_channel();
        let task = tokio::spawn(accept(listener, Arc::clone(&statuses), send));
        Receiver { url, statuses, deliveries, task }
    }

    /// Answers the next deliveries with these statuses, then with 200 again.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.statuses.lock().expect("no panic").extend(statuses);
    }

    /// The next delivery; there has to be one.
    pub(crate) async fn next(&mut self) -> Delivery {
        let next = tokio::time::timeout(Duration::from_secs(20), self.deliveries.recv()).await;
        next.expect("a delivery in time").expect("a delivery")
    }

    /// A delivery, if one comes within a moment.
    pub(crate) async fn soon(&mut self) -> Option<Delivery> {
        tokio::time::timeout(Duration::from_millis(20), self.deliveries.recv()).await.ok().flatten()
    }

    /// The next deliveries, in the order of their events' ids.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<Delivery> {
        let mut taken = Vec::new();
        for _ in 0..count {
            taken.push(self.next().await);
        }
        taken.sort_by(|one, other| one.id().cmp(other.id()));
        taken
    }

    /// Whether nothing has come.
    pub(crate) fn is_empty(&mut self) -> bool {
        self.deliveries.try_recv().is_err()
    }
}

async fn accept(
    listener: TcpListener,
    statuses: Arc<Mutex<VecDeque<u16>>>,
    send: mpsc::UnboundedSender<Delivery>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (statuses, send) = (Arc::clone(&statuses), send.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| take(request, Arc::clone(&statuses), send.clone()));
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn take(
    request: Request<Incoming>,
    statuses: Arc<Mutex<VecDeque<u16>>>,
    send: mpsc::UnboundedSender<Delivery>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let signature = request.headers()["stripe-signature"].to_str().expect("text").to_owned();
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    let body = String::from_utf8(body.to_vec()).expect("text");
    let event = serde_json::from_str(&body).expect("JSON");
    let status = statuses.lock().expect("no panic").pop_front().unwrap_or(200);
    let _ = send.send(Delivery { body, signature, event });
    Ok(Response::builder().status(status).body(Full::default()).expect("a response"))
}
