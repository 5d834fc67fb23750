//! Buyers and operators: what they want, how they ask, and how they ask again when they cannot tell what came of it.

mod asker;
mod buyer;
mod operator;
mod payer;
mod post;
mod shelf;

pub(crate) use shelf::Shelf;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use engine::{OrderId, ShardId};

use crate::bank::Bank;
use crate::chance::Chance;
use crate::check::History;
use crate::clock::Clock;
use crate::clockwork::Clockwork;
use crate::machine::Door;
use asker::Asker;
use post::Post;

/// All people, in a runtime of their own.
pub(crate) struct Crowd {
    runtime: Clockwork,
    town: Rc<Town>,
    open: Rc<Cell<bool>>,
    busy: Rc<Cell<usize>>,
    post: Option<Rc<Post>>,
}

/// What people share.
pub(crate) struct Town {
    pub(crate) clock: Clock,
    pub(crate) door: Door,
    pub(crate) history: Rc<History>,
    pub(crate) shelf: Rc<Shelf>,
    pub(crate) nodes: Vec<u64>,
    pub(crate) bank: Option<Rc<Bank>>,
    /// What was paid by the bank's cards, for the operator to refund.
    pub(crate) orders: RefCell<Vec<OrderId>>,
}

impl Crowd {
    /// So many buyers, and an operator. They begin once the operator has put the products.
    pub(crate) fn gather(town: Town, buyers: u64, chance: &Chance) -> Crowd {
        let (runtime, town) = (Clockwork::new(), Rc::new(town));
        let (open, busy) = (Rc::new(Cell::new(true)), Rc::new(Cell::new(0)));
        let asker = |name: &str| Asker::new(Rc::clone(&town), chance.fork(name), Rc::clone(&open));
        let spawn = |work: std::pin::Pin<Box<dyn Future<Output = ()>>>| {
            let busy = Rc::clone(&busy);
            busy.set(busy.get() + 1);
            runtime.spawn(async move {
                work.await;
                busy.set(busy.get() - 1);
            });
        };
        spawn(Box::pin(operator::work(asker("operator"))));
        for number in 0..buyers {
            spawn(Box::pin(buyer::shop(asker(&format!("buyer {number}")), number)));
        }
        let post = town.bank.clone().map(|bank| Post::new(asker("post"), bank));
        if let Some(post) = post.clone() {
            runtime.spawn(post.carry());
        }
        Crowd { runtime, town, open, busy, post }
    }

    /// Lets a millisecond pass.
    pub(crate) fn step(&mut self) {
        self.runtime.step();
    }

    /// Somebody looks for each shard at each node until it answers; how many still do.
    pub(crate) fn probe(&self, shards: u16) -> Rc<Cell<usize>> {
        let left = Rc::new(Cell::new(0));
        for node in self.town.nodes.clone() {
            for shard in (0..shards).map(ShardId) {
                left.set(left.get() + 1);
                let (left, town) = (Rc::clone(&left), Rc::clone(&self.town));
                self.runtime.spawn(async move {
                    asker::probe(&town, node, shard).await;
                    left.set(left.get() - 1);
                });
            }
        }
        left
    }

    /// Nobody begins anything new.
    pub(crate) fn close(&self) {
        self.open.set(false);
    }

    /// Whether everything that happened at the bank was told.
    pub(crate) fn post_is_done(&self) -> bool {
        self.post.as_ref().is_none_or(|post| post.is_done())
    }

    /// How many are still about something.
    pub(crate) fn busy(&self) -> usize {
        self.busy.get()
    }
}
