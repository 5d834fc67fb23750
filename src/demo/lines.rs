//! A client's connections to all nodes, on which it asks until it knows.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::connection::{Answer, Connection, Lost};
use super::errand::Errand;

/// How long a client asks before it gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it waits after a node in trouble before it asks the next.
const PAUSE: Duration = Duration::from_millis(10);
/// How long a node that cannot be connected to is left alone.
const SHUN: Duration = Duration::from_millis(100);

/// The nodes, and which of them could not be connected to lately.
#[derive(Debug)]
pub(super) struct Nodes(Vec<Place>);

#[derive(Debug)]
struct Place {
    address: SocketAddr,
    shunned_until: Cell<Option<Instant>>,
}

/// A client's connections, opened as they are needed.
#[derive(Debug)]
pub(super) struct Lines {
    nodes: Rc<Nodes>,
    open: Vec<Option<Connection>>,
    home: usize,
}

/// What an errand came to.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) outcome: Result<Answer, Unsettled>,
    /// When it was sent first.
    pub(super) sent: Instant,
    /// When it was sent last.
    pub(super) sent_last: Instant,
}

/// An errand that came to no definite end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsettled {
    /// Nothing happened, each time it was sent.
    Refused,
    /// It may have happened.
    Unknown,
}

impl Nodes {
    /// The nodes at some addresses.
    pub(super) fn new(addresses: &[SocketAddr]) -> Nodes {
        let place = |&address| Place { address, shunned_until: Cell::new(None) };
        Nodes(addresses.iter().map(place).collect())
    }

    fn is_shunned(&self, node: usize) -> bool {
        self.0[node].shunned_until.get().is_some_and(|until| Instant::now() < until)
    }
}

impl Lines {
    /// Those of a client whose first choice is the node at `home`.
    pub(super) fn new(nodes: Rc<Nodes>, home: usize) -> Lines {
        let open = nodes.0.iter().map(|_| None).collect();
        let home = home % nodes.0.len();
        Lines { nodes, open, home }
    }

    /// Sends an errand until its outcome is known: to the node at home, and after trouble to the next, with the same key.
    pub(super) async fn settle(&mut self, errand: &Errand) -> Settled {
        let sent = Instant::now();
        let (mut sent_last, mut node, mut unsettled) = (sent, self.home, Unsettled::Refused);
        loop {
            while self.nodes.is_shunned(node) && !self.nodes.is_shunned(self.after(node)) {
                node = self.after(node);
            }
            match self.send(node, errand).await {
                Ok(answer) if !is_trouble(answer.status) => {
                    return Settled { outcome: Ok(answer), sent, sent_last };
                }
                Ok(answer) if answer.status == 504 => unsettled = Unsettled::Unknown,
                Ok(_) => {}
                Err(Lost) => unsettled = Unsettled::Unknown,
            }
            if sent.elapsed() > PATIENCE {
                return Settled { outcome: Err(unsettled), sent, sent_last };
            }
            tokio::time::sleep(PAUSE).await;
            (node, sent_last) = (self.after(node), Instant::now());
        }
    }

    async fn send(&mut self, node: usize, errand: &Errand) -> Result<Answer, Lost> {
        let mut connection = match self.open[node].take() {
            Some(connection) => connection,
            None => self.connect(node).await?,
        };
        let answer = connection.send(errand).await?;
        self.open[node] = Some(connection);
        Ok(answer)
    }

    async fn connect(&self, node: usize) -> Result<Connection, Lost> {
        let place = &self.nodes.0[node];
        let connected = Connection::open(place.address).await;
        place.shunned_until.set(connected.is_err().then(|| Instant::now() + SHUN));
        connected
    }

    fn after(&self, node: usize) -> usize {
        (node + 1) % self.open.len()
    }
}

/// Answers that say: ask again.
fn is_trouble(status: u16) -> bool {
    matches!(status, 429 | 503 | 504)
}
