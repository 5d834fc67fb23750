//! The post: the bank's events, told to any node until one has taken it in; now and then twice, late, or not at all.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use engine::command::Notice;
use engine::{Command, RefundId, ReservationId};
use raft::shard::request::Ask;
use simulator::{AuditedIntent, AuditedRefund};
use tokio::task::spawn_local;

use super::asker::Asker;
use crate::bank::Bank;

/// How late an event is told, in milliseconds.
const LATE: (u64, u64) = (0, 5_000);
/// So many of a hundred events about intents are never told. Those about refunds are in the end: the bank repeats them
/// for days, and a refund that it returns is otherwise looked at once a day.
const LOST_PERCENT: u64 = 30;
/// So many of a hundred are told twice.
const TWICE_PERCENT: u64 = 20;

/// The post.
pub(crate) struct Post {
    asker: Asker,
    bank: Rc<Bank>,
    /// Of which of the bank's changes events were made.
    seen: Cell<u64>,
    known: RefCell<BTreeMap<String, String>>,
    owed: Cell<usize>,
    events: Cell<u64>,
}

impl Post {
    pub(super) fn new(asker: Asker, bank: Rc<Bank>) -> Rc<Post> {
        let (seen, owed, events) = (Cell::new(0), Cell::new(0), Cell::new(0));
        Rc::new(Post { asker, bank, seen, known: RefCell::default(), owed, events })
    }

    /// Whether all that happened at the bank is told.
    pub(crate) fn is_done(&self) -> bool {
        self.owed.get() == 0 && self.seen.get() == self.bank.changes()
    }

    /// Carries events for as long as the world goes on.
    pub(super) async fn carry(self: Rc<Post>) {
        loop {
            self.asker.pause(20, 200).await;
            if self.seen.replace(self.bank.changes()) == self.bank.changes() {
                continue;
            }
            let books = self.bank.ledger();
            for intent in books.accounts.iter().flat_map(|account| &account.intents) {
                self.look(intent);
            }
        }
    }

    fn look(self: &Rc<Post>, intent: &AuditedIntent) {
        let Some(reservation) = intent.metadata.get("reservation").and_then(|id| id.parse().ok()) else {
            return;
        };
        let state = format!("{:?} {}", intent.status, intent.captured);
        if self.is_news(&intent.id, state) && !self.asker.chance.percent(LOST_PERCENT) {
            self.owe(intent, reservation, None);
        }
        for refund in &intent.refunds {
            if self.is_news(&refund.id, format!("{:?}", refund.status)) {
                self.owe(intent, reservation, wanted(refund));
            }
        }
    }

    fn is_news(&self, id: &str, state: String) -> bool {
        let mut known = self.known.borrow_mut();
        let is_news = known.get(id) != Some(&state);
        if is_news {
            known.insert(id.to_owned(), state);
        }
        is_news
    }

    fn owe(self: &Rc<Post>, intent: &AuditedIntent, reservation: ReservationId, refund: Option<RefundId>) {
        self.events.set(self.events.get() + 1);
        let event = format!("evt_{}", self.events.get()).parse().expect("an event's id");
        let intent = Some(intent.id.parse().expect("an intent's id"));
        let notice = Notice { event, reservation, intent, refund };
        let copies = 1 + u64::from(self.asker.chance.percent(TWICE_PERCENT));
        for _ in 0..copies {
            self.owed.set(self.owed.get() + 1);
            let (post, notice) = (Rc::clone(self), notice.clone());
            spawn_local(async move {
                post.asker.pause(LATE.0, LATE.1).await;
                let ask = || Ask::Command(Command::Notice(notice.clone()), None);
                while post.asker.settle(reservation.shard(), ask).await.is_none() {}
                post.owed.set(post.owed.get() - 1);
            });
        }
    }
}

/// The operator's refund that a refund of the bank's was made for.
fn wanted(refund: &AuditedRefund) -> Option<RefundId> {
    refund.metadata.get("refund").and_then(|id| id.parse().ok())
}
