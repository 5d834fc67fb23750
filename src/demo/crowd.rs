//! The crowd: everything that the clients of the sale share, on a thread of its own.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::oneshot;
use tokio::task::{JoinSet, LocalSet};

use super::books::Books;
use super::buyer::Visit;
use super::desk::Desk;
use super::door::Door;
use super::errand::Errands;
use super::lines::Nodes;
use super::outage::Outage;
use super::plan::Plan;
use super::progress::Progress;
use super::{Error, arrivals, visit};

/// What the clients of the sale share.
#[derive(Debug)]
pub(super) struct Crowd {
    pub(super) plan: Plan,
    pub(super) errands: Errands,
    pub(super) nodes: Rc<Nodes>,
    /// Where is seen to what was granted.
    pub(super) desk: Desk,
    /// The way to the bank's pages.
    pub(super) bank: reqwest::Client,
    pub(super) progress: Arc<Progress>,
    pub(super) outage: Arc<Outage>,
    pub(super) door: Door,
    /// Who was told that units may come back.
    pub(super) waiting: RefCell<VecDeque<Visit>>,
    /// Attempts and holds that are not at their end.
    pub(super) busy: Cell<usize>,
    pub(super) books: RefCell<Books>,
}

/// What the crowd needs to know.
#[derive(Debug)]
pub(super) struct Invitation {
    pub(super) plan: Plan,
    pub(super) nodes: Vec<SocketAddr>,
    pub(super) progress: Arc<Progress>,
    pub(super) outage: Arc<Outage>,
}

/// Sends the crowd in, on a thread of its own, so that nothing else delays it. Its books come when the sale is over.
pub(super) fn send_in(invitation: Invitation) -> Result<oneshot::Receiver<Result<Books, Error>>, Error> {
    let (ended, books) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|source| Error::Runtime { source })?;
    let thread = std::thread::Builder::new().name("crowd".to_owned());
    let spawned = thread.spawn(move || {
        let books = LocalSet::new().block_on(&runtime, buy(invitation));
        // Nobody waits any more only if the demonstration was interrupted.
        let _ = ended.send(books);
    });
    spawned.map(|_| books).map_err(|source| Error::Runtime { source })
}

async fn buy(invitation: Invitation) -> Result<Books, Error> {
    let nodes = Rc::new(Nodes::new(&invitation.nodes));
    // The bank's page sends the buyer back to the shop, which is nowhere.
    let bank = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
    let bank = bank.map_err(|error| Error::Crowd { reason: error.to_string() })?;
    let crowd = Rc::new(Crowd {
        plan: invitation.plan,
        errands: Errands::new(),
        desk: Desk::new(Rc::clone(&nodes)),
        bank,
        nodes,
        progress: invitation.progress,
        outage: invitation.outage,
        door: Door::default(),
        waiting: RefCell::default(),
        busy: Cell::new(0),
        books: RefCell::new(Books::new()),
    });
    let mut clients = JoinSet::new();
    for home in 0..Plan::CONCURRENCY {
        clients.spawn_local(visit::look_after(Rc::clone(&crowd), home));
    }
    arrivals::let_in(&crowd).await;
    crowd.door.close();
    while let Some(client) = clients.join_next().await {
        client.map_err(|error| Error::Crowd { reason: error.to_string() })?;
    }
    let mut books = crowd.books.replace(Books::new());
    books.ended = Instant::now();
    Ok(books)
}

impl Crowd {
    /// Something begins that has an end.
    pub(super) fn begin(&self) {
        self.busy.set(self.busy.get() + 1);
    }

    /// Something that began has ended.
    pub(super) fn end(&self) {
        self.busy.set(self.busy.get().saturating_sub(1));
    }

    /// Whether nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.busy.get() == 0 && self.door.is_empty()
    }
}
