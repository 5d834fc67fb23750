//! Accepting connections until told to stop, then letting them finish.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::connection::{self, Settings};
use crate::app::App;

/// How long to wait after accepting failed: file descriptors are short, and come back when connections end.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a connection beyond the most that may be open gets to read.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/problem+json\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 153\r\n\r\n\
    {\"type\":\"/problems/overloaded\",\"title\":\"Overloaded\",\"status\":503,\
    \"detail\":\"as many connections are open as may be: nothing happened\",\"code\":\"overloaded\"}";

/// How draining went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// How many connections were still busy at the deadline, and were cut.
    pub cut: usize,
}

/// Serves `app` on `listener` until `shutdown` comes; then stops accepting, lets requests under way finish within the
/// drain deadline, and returns. No connection outlives the call, nor the future if it is dropped.
pub async fn serve(listener: TcpListener, app: App, shutdown: impl Future<Output = ()>) -> Drained {
    let stop = CancellationToken::new();
    let mut connections = JoinSet::new();
    tokio::select! {
        () = accept(&listener, &app, &stop, &mut connections) => {}
        () = notice(&app, shutdown) => {}
    }
    drop(listener);
    stop.cancel();
    drain(&app, connections).await
}

/// Waits for the signal, and then for as long as load balancers shall be given to see that this node is going.
async fn notice(app: &App, shutdown: impl Future<Output = ()>) {
    shutdown.await;
    app.drain().begin();
    tokio::time::sleep(app.serving().drain_notice).await;
}

async fn accept(listener: &TcpListener, app: &App, stop: &CancellationToken, connections: &mut JoinSet<()>) {
    let settings = Settings::new(app.serving());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        // Connections that have ended are not counted against those that want to begin.
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) if connections.len() < app.serving().connections_max => {
                connections.spawn(connection::run(stream, settings.clone(), app.clone(), stop.clone()));
            }
            Ok((stream, _)) => refuse(app, &stream),
            Err(error) => pause(error).await,
        }
    }
}

/// Says that there is no room. Whether the client gets to read it is up to the network: the connection closes at once.
fn refuse(app: &App, stream: &TcpStream) {
    app.metrics().connections_refused.inc();
    if let Err(error) = stream.try_write(FULL) {
        tracing::debug!(%error, "a refused connection was gone before it was told");
    }
}

async fn pause(error: io::Error) {
    if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        return;
    }
    tracing::warn!(%error, "accepting a connection failed");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

async fn drain(app: &App, mut connections: JoinSet<()>) -> Drained {
    let finished = async { while connections.join_next().await.is_some() {} };
    let in_time = tokio::time::timeout(app.serving().drain_deadline, finished).await.is_ok();
    let cut = if in_time { 0 } else { connections.len() };
    if cut > 0 {
        tracing::warn!(cut, "connections were still busy at the drain deadline");
        connections.shutdown().await;
    }
    Drained { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_is_as_long_as_it_says() {
        let text = std::str::from_utf8(FULL).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains(&format!("content-length: {}", body.len())), "{}", body.len());
        assert!(serde_json::from_str::<serde_json::Value>(body).is_ok());
    }
}
