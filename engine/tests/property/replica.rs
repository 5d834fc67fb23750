//! One replica of a shard.

use engine::command::{Found, PutProduct};
use engine::{
    Batch, Command, Description, Event, Fingerprint, Loader, LogTime, Money, Outcome, PaymentMode, Proposal,
    RULES, Refusal, Scope, Shard, ShardId, Span,
};
use proptest::prelude::*;

use super::{Sent, Turn};

/// What came of some commands.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Came {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) events: Vec<Event>,
}

/// A replica.
pub(crate) struct Replica {
    shard: Shard,
}

const SECRET: [u8; 16] = [9; 16];

impl Replica {
    /// A founded shard with some products.
    pub(crate) fn new() -> Replica {
        let mut replica = Replica { shard: Shard::new(ShardId(0)) };
        let found = Command::Found(Found { secret: SECRET });
        let products = ["shoe.42", "shoe.43", "shoe.44", "slot", "card"].map(put);
        replica.apply_proposals(
            LogTime(0),
            RULES,
            [found].into_iter().chain(products).map(Proposal::of).collect(),
        );
        replica
    }

    pub(crate) fn shard(&self) -> &Shard {
        &self.shard
    }

    pub(crate) fn hash(&self) -> u64 {
        self.shard.hash()
    }

    pub(crate) fn recomputed_hash(&self) -> u64 {
        self.shard.recomputed_hash()
    }

    pub(crate) fn apply(&mut self, turn: &Turn) -> Came {
        self.send(turn.now, RULES, &turn.commands)
    }

    pub(crate) fn apply_one_by_one(&mut self, turn: &Turn) -> Came {
        let mut came = self.send(turn.now, RULES, &[]);
        for sent in &turn.commands {
            let one = self.send(turn.now, RULES, std::slice::from_ref(sent));
            came.outcomes.extend(one.outcomes);
            came.events.extend(one.events);
        }
        came
    }

    pub(crate) fn send(&mut self, now: LogTime, rules: u16, sent: &[Sent]) -> Came {
        self.apply_proposals(now, rules, sent.iter().map(proposal).collect())
    }

    /// What the leader would find out about an attempt before it proposes it.
    pub(crate) fn foresee(&self, sent: &Sent) -> Option<Result<(), Refusal>> {
        let attempt = sent.command.attempt()?;
        let key = proposal(sent).key;
        if key.is_some_and(|key| self.shard.recall(&key).is_some()) || sent.not_after < self.shard.now() {
            return None;
        }
        let room = self.shard.consider(attempt, key.is_some());
        Some(room.map(|room| assert!(room.available >= u64::from(attempt.reserve.quantity))))
    }

    /// Writes the shard and goes on with what is read.
    pub(crate) fn reload(&mut self) {
        self.shard = reloaded(&self.shard);
    }

    /// What holds after every batch.
    pub(crate) fn check(&self) -> Result<(), TestCaseError> {
        for audit in self.shard.capture().audit(None) {
            prop_assert!(audit.is_sound(), "{:?}", audit);
        }
        let payments = self.shard.capture().audit_payments(None);
        prop_assert!(payments.is_sound(), "{:?}", payments.mismatches);
        prop_assert!(self.shard.next_deadline().is_none_or(|at| at > self.shard.now()));
        Ok(())
    }

    fn apply_proposals(&mut self, now: LogTime, rules: u16, proposals: Vec<Proposal>) -> Came {
        let mut came = Came::default();
        self.shard.apply(&Batch { now, rules, proposals }, &mut came.outcomes, &mut came.events);
        came
    }
}

/// A shard of its own, founded and with products.
pub(crate) fn shop() -> Shard {
    Replica::new().shard
}

/// A shard as it is read from its own snapshot.
pub(crate) fn reloaded(shard: &Shard) -> Shard {
    let mut loader = Loader::new(ShardId(0));
    shard.capture().chunks().for_each(|chunk| loader.feed(&chunk).expect("a chunk of our own"));
    loader.finish().expect("a snapshot of our own")
}

fn proposal(sent: &Sent) -> Proposal {
    let key = sent.key.map(|key| {
        let (principal, route) = ("anybody".to_owned(), "POST /anything".to_owned());
        Fingerprint::of(&SECRET, &Scope { principal, route, key: key.to_string() }, &sent.command)
    });
    Proposal { command: sent.command.clone(), key, not_after: sent.not_after }
}

fn put(product: &str) -> Command {
    let description = Description {
        name: "A thing".parse().expect("well formed"),
        price: Money { amount: 100, currency: "usd".parse().expect("well formed") },
        stock: 12,
        max_per_buyer: 5,
        max_per_buyer_in_group: None,
        hold: Span(10_000),
        opens_at: LogTime(0),
        closes_at: None,
        payment: match product {
            "slot" => PaymentMode::None,
            "card" => PaymentMode::Provider,
            _ => PaymentMode::External,
        },
        lanes: 1,
    };
    let product = product.parse().expect("well formed");
    Command::PutProduct(Box::new(PutProduct { product, description, if_revision: None }))
}
