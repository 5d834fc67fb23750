//! A line to the bank: a node's, which ends with the life of its process, or anybody's.

use std::future::pending;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use payment::client::{Exchange, Reason, Transport};
use tokio::sync::oneshot;

use super::counter::Counter;
use crate::machine::Life;

/// A line.
#[derive(Debug)]
pub(crate) struct Line {
    counter: Counter,
    life: Option<Arc<Life>>,
}

impl Line {
    /// The line of a process.
    pub(super) fn of(counter: Counter, life: Arc<Life>) -> Line {
        Line { counter, life: Some(life) }
    }

    /// Anybody's.
    pub(super) fn open(counter: Counter) -> Line {
        Line { counter, life: None }
    }
}

impl Transport for Line {
    fn exchange(&self, request: Request<Bytes>, _answer_max: usize) -> Exchange<'_> {
        Box::pin(async move {
            if self.life.as_ref().is_some_and(|life| !life.acts()) {
                // What a process does once its life is over gets nowhere.
                return pending().await;
            }
            let (asker, heard) = oneshot::channel();
            self.counter.ask(request, asker);
            heard.await.unwrap_or(Err(Reason::Reset))
        })
    }
}
