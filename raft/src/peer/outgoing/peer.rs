//! Another node: where it is, and the connection to it, which is kept up from the first request on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use super::dial::dial;
use super::link::Link;
use super::outage::Outage;
use crate::peer::counters::count;
use crate::peer::{Counters, Error, Options};
use crate::types::NodeId;

/// The first wait after a failed attempt to connect; it doubles up to `Options::backoff_max`.
const BACKOFF_MIN: Duration = Duration::from_millis(10);
/// A connection that did not last so long counts as a failed attempt.
const STABLE_AFTER: Duration = Duration::from_secs(1);

/// What is known of the connection.
#[derive(Debug, Clone)]
enum Status {
    /// Nobody has asked yet, or the first attempt is being made. Requests wait for what it comes to.
    Connecting,
    /// Requests go through.
    Up(Arc<Link>),
    /// The last attempt failed. Requests fail at once, and attempts go on.
    Down(Arc<str>),
}

/// Another node.
#[derive(Debug)]
pub(super) struct Peer {
    node: NodeId,
    address: watch::Sender<Arc<str>>,
    status: watch::Sender<Status>,
    started: AtomicBool,
    forgotten: CancellationToken,
}

impl Peer {
    pub(super) fn new(node: NodeId, address: &str) -> Self {
        Self {
            node,
            address: watch::Sender::new(address.into()),
            status: watch::Sender::new(Status::Connecting),
            started: AtomicBool::new(false),
            forgotten: CancellationToken::new(),
        }
    }

    /// A connection to another address is given up.
    pub(super) fn set_address(&self, address: &str) {
        self.address.send_if_modified(|current| {
            let changed = **current != *address;
            if changed {
                *current = address.into();
            }
            changed
        });
    }

    /// Where it is.
    pub(super) fn address(&self) -> Arc<str> {
        self.address.borrow().clone()
    }

    /// The connection is given up, and none is made again.
    pub(super) fn forget(&self) {
        self.forgotten.cancel();
    }

    /// Waits until it is forgotten.
    pub(super) async fn is_forgotten(&self) {
        self.forgotten.cancelled().await;
    }

    /// `true` to whoever asks first, and has to run [`Peer::keep_connected`].
    pub(super) fn start(&self) -> bool {
        !self.started.swap(true, Ordering::AcqRel)
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(&*self.status.borrow(), Status::Up(link) if link.is_open())
    }

    /// The connection, waiting for a first attempt to connect until `deadline`.
    ///
    /// # Errors
    /// At once when the node is known to be down.
    pub(super) async fn link(&self, deadline: Instant) -> Result<Arc<Link>, Error> {
        let mut status = self.status.subscribe();
        let known = status.wait_for(|status| !matches!(status, Status::Connecting));
        let why = match timeout_at(deadline, known).await {
            Ok(Ok(known)) => match &*known {
                Status::Up(link) => return Ok(link.clone()),
                Status::Down(why) => why.clone(),
                Status::Connecting => "connecting".into(),
            },
            Ok(Err(_)) => "shutting down".into(),
            Err(_) => "connecting takes longer than the request may".into(),
        };
        Err(Error::Unreachable { node: self.node, why })
    }

    /// The connection; of a node that is down, what the attempts that are made until `deadline` come to. For callers
    /// who would ask again at once.
    pub(super) async fn link_patiently(&self, deadline: Instant) -> Result<Arc<Link>, Error> {
        let mut status = self.status.subscribe();
        let up = status.wait_for(|status| matches!(status, Status::Up(link) if link.is_open()));
        if let Ok(Ok(up)) = timeout_at(deadline, up).await
            && let Status::Up(link) = &*up
        {
            return Ok(link.clone());
        }
        self.link(deadline).await
    }

    /// Keeps the connection up for ever; to be cancelled by dropping.
    pub(super) async fn keep_connected(&self, options: &Options, counters: &Arc<Counters>) {
        let mut addresses = self.address.subscribe();
        let mut backoff = BACKOFF_MIN;
        let mut outage = Outage::new(self.node);
        loop {
            let address = addresses.borrow_and_update().clone();
            let began = Instant::now();
            let why = tokio::select! {
                why = self.connect_and_serve(options, &address, counters, &mut outage) => why,
                _ = addresses.changed() => "its address has changed".into(),
            };
            if let Status::Up(link) = self.status.send_replace(Status::Down(why)) {
                count(&counters.disconnected);
                link.close("the connection was given up");
                if began.elapsed() >= STABLE_AFTER {
                    backoff = BACKOFF_MIN;
                    self.status.send_replace(Status::Connecting);
                    continue;
                }
            }
            tokio::select! {
                () = sleep(backoff) => backoff = (backoff * 2).min(options.backoff_max),
                _ = addresses.changed() => backoff = BACKOFF_MIN,
            }
        }
    }

    /// One attempt to connect, and if it succeeds the connection's life. Returns what ended it.
    async fn connect_and_serve(
        &self,
        options: &Options,
        address: &Arc<str>,
        counters: &Arc<Counters>,
        outage: &mut Outage,
    ) -> Arc<str> {
        let node = self.node;
        let greeted = match dial(options, node, address, counters.clone()).await {
            Ok(greeted) => greeted,
            Err(error) => {
                count(&counters.turned_away);
                let why = error.to_string();
                outage.goes_on(&why);
                return why.into();
            }
        };
        count(&counters.connected);
        outage.ends(address);
        let up = |link| {
            self.status.send_replace(Status::Up(link));
        };
        let why = Link::run(greeted, options, counters.clone(), up).await;
        outage.goes_on(&why);
        why
    }

    /// No connection will be made any more.
    pub(super) fn stop(&self, why: &str) {
        if let Status::Up(link) = self.status.send_replace(Status::Down(why.into())) {
            link.close(why);
        }
    }
}
