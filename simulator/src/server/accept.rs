//! Accepting connections until told to stop, then letting them finish.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::connection;
use crate::provider::Provider;

/// How many connections may be open. Further ones wait in the system's queue.
const CONNECTIONS_MAX: usize = 1_024;
/// How long to wait after accepting failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long connections may take to finish when the provider stops.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves until the provider stops. No connection outlives the call.
pub(crate) async fn serve(listener: TcpListener, provider: Arc<Provider>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        tokio::select! {
            () = provider.stop.cancelled() => break,
            Some(_) = connections.join_next(), if connections.len() >= CONNECTIONS_MAX => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection::run(stream, Arc::clone(&provider)));
                }
                Err(error) => pause(error).await,
            },
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, finished).await.is_err() {
        tracing::warn!("connections were still busy, and were cut");
        connections.shutdown().await;
    }
}

async fn pause(error: io::Error) {
    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        tracing::warn!(%error, "accepting a connection failed");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}
