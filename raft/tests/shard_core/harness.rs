//! A shard's core without threads, runtime or disk: the test says what is committed, confirmed, and what time it is.

use std::collections::BTreeMap;

use engine::command::{Pay, Purchase, Reserve};
use engine::saga::Means;
use engine::{
    Batch, Command, Description, LogTime, OrderId, PaymentMode, Query, ReservationId, Scope, Shard, ShardId,
    Span,
};
use raft::entry::{self, Numbered};
use raft::shard::clock::{Moment, NodeTime};
use raft::shard::core::{Core, Randomness};
use raft::shard::gate::SharedGate;
use raft::shard::message::{Action, Committed, Message};
use raft::shard::request::{Ask, Leadership, Reply, Request};
use raft::shard::stats::Stage;
use raft::types::{LeaderId, LogId};

/// When everything begins.
pub(crate) const START: LogTime = LogTime(1_700_000_000_000);

pub(crate) struct Harness {
    pub(crate) core: Core<&'static str>,
    pub(crate) at: Moment,
    pub(crate) leadership: Leadership,
    pub(crate) proposed: Vec<(u64, Batch)>,
    pub(crate) rounds: Vec<u64>,
    pub(crate) replies: BTreeMap<&'static str, Reply>,
    /// Stage, microseconds, attempts.
    pub(crate) passed: Vec<(Stage, u64, usize)>,
    index: u64,
    random: u64,
}

impl Harness {
    /// A follower with nothing in its log.
    pub(crate) fn new() -> Harness {
        Harness {
            core: Core::new(Shard::new(ShardId(0)), None, Randomness { secret: [7; 16], nonce: 100 }),
            at: Moment { boot: 1_000, wall: START.0, micros: 1_000_000 },
            leadership: Leadership { term: 1, node: 1 },
            proposed: Vec::new(),
            rounds: Vec::new(),
            replies: BTreeMap::new(),
            passed: Vec::new(),
            index: 0,
            random: 0,
        }
    }

    /// A follower with nothing in its log, and a gate before payments.
    pub(crate) fn behind(gate: SharedGate) -> Harness {
        let harness = Harness::new();
        Harness { core: harness.core.with_gate(gate), ..harness }
    }

    /// A leader that can answer, with a product `shoe` of `stock` units.
    pub(crate) fn leading(stock: u64) -> Harness {
        let mut harness = Harness::new();
        harness.elect();
        harness.commit_all();
        harness.put("shoe", stock);
        harness
    }

    pub(crate) fn tell(&mut self, message: Message<&'static str>) {
        let mut actions = Vec::new();
        self.core.on_message(self.at, message, &mut actions);
        self.take(actions);
    }

    pub(crate) fn flush(&mut self) {
        let mut actions = Vec::new();
        self.core.flush(self.at, &mut actions);
        self.take(actions);
    }

    fn take(&mut self, actions: Vec<Action<&'static str>>) {
        for action in actions {
            match action {
                Action::Propose { nonce, entry, .. } => {
                    let numbered = entry::decode(&entry).expect("what the core encodes decodes");
                    assert_eq!(numbered.nonce, nonce);
                    self.proposed.push((nonce, numbered.batch));
                }
                Action::Confirm { round, .. } => self.rounds.push(round),
                Action::Reply(name, reply) => {
                    assert!(self.replies.insert(name, reply).is_none(), "{name} is told twice");
                }
                Action::Passed { stage, micros, attempts } => self.passed.push((stage, micros, attempts)),
                Action::Estimate | Action::Publish(_) => {}
            }
        }
    }

    /// This node is elected, its first entry is applied, and its clock anchored.
    pub(crate) fn elect(&mut self) {
        self.tell(Message::Follows(Some(self.leadership)));
        self.tell(Message::Leadership(Some(self.leadership)));
        self.commit_blank();
        let now = LogTime(self.at.wall);
        self.tell(Message::Estimates(vec![NodeTime { led: None, wall: now }]));
        self.flush();
    }

    /// A snapshot of `engine` is installed.
    pub(crate) fn install(&mut self, engine: Shard) {
        let applied = self.next_log_id();
        let mut actions = Vec::new();
        self.core.install(self.at, engine, applied, &mut actions);
        self.take(actions);
    }

    pub(crate) fn commit_blank(&mut self) {
        let log_id = self.next_log_id();
        self.tell(Message::Committed(vec![Committed { log_id, batch: None }]));
    }

    fn next_log_id(&mut self) -> LogId {
        self.index += 1;
        LogId::new(LeaderId::from(self.leadership), self.index)
    }

    /// The oldest proposal is committed.
    pub(crate) fn commit(&mut self) {
        let (nonce, batch) = self.proposed.remove(0);
        let log_id = self.next_log_id();
        self.tell(Message::Committed(vec![Committed { log_id, batch: Some(Numbered { nonce, batch }) }]));
        self.flush();
    }

    /// As [`Harness::commit`], for so many that nobody looks at the replies.
    pub(crate) fn commit_quietly(&mut self) {
        let (nonce, batch) = self.proposed.remove(0);
        let log_id = self.next_log_id();
        let mut actions = Vec::new();
        let committed = Committed { log_id, batch: Some(Numbered { nonce, batch }) };
        self.core.on_message(self.at, Message::Committed(vec![committed]), &mut actions);
        actions.retain(|action| !matches!(action, Action::Reply(..)));
        self.core.flush(self.at, &mut actions);
        self.take(actions);
    }

    pub(crate) fn commit_all(&mut self) {
        while !self.proposed.is_empty() {
            self.commit();
        }
    }

    /// The oldest proposal is lost.
    pub(crate) fn lose(&mut self, certainly: bool) {
        let (nonce, _) = self.proposed.remove(0);
        self.tell(Message::Lost { nonce, certainly });
        self.flush();
    }

    /// The oldest round ends.
    pub(crate) fn confirm(&mut self, led: bool) {
        let round = self.rounds.remove(0);
        self.tell(Message::Confirmed { round, leadership: self.leadership, led });
        self.flush();
    }

    pub(crate) fn pass(&mut self, millis: u64) {
        self.at.boot += millis;
        self.at.wall += millis;
        self.at.micros += 1_000 * millis;
        self.tell(Message::Tick);
        self.flush();
    }

    pub(crate) fn now(&self) -> LogTime {
        self.core.log_time(self.at)
    }

    pub(crate) fn put(&mut self, product: &str, stock: u64) {
        self.put_paid(product, stock, PaymentMode::External);
    }

    pub(crate) fn put_paid(&mut self, product: &str, stock: u64, payment: PaymentMode) {
        let description = Description {
            name: "Shoe".parse().expect("well formed"),
            price: engine::Money { amount: 100, currency: "usd".parse().expect("well formed") },
            stock,
            max_per_buyer: 2,
            max_per_buyer_in_group: None,
            hold: Span::from_secs(60),
            opens_at: LogTime(0),
            closes_at: None,
            payment,
            lanes: 1,
        };
        let put = engine::command::PutProduct {
            product: product.parse().expect("well formed"),
            description,
            if_revision: None,
        };
        self.ask("put", Ask::Command(Command::PutProduct(Box::new(put)), None));
        self.flush();
        self.commit_all();
        assert!(matches!(self.replies.remove("put"), Some(Reply::Done { .. })));
    }

    pub(crate) fn request(&mut self, ask: Ask) -> Request {
        let sent_at = self.now();
        Request { ask, leadership: self.leadership, sent_at, not_after: sent_at.after(Span::from_secs(5)) }
    }

    /// A request comes, alone.
    pub(crate) fn send(&mut self, request: Request, name: &'static str) {
        self.tell(Message::Requests { arrived: self.at.micros, requests: vec![(request, name)] });
    }

    pub(crate) fn ask(&mut self, name: &'static str, ask: Ask) {
        let request = self.request(ask);
        self.send(request, name);
    }

    /// `buyer` wants a unit of `shoe`, with the key `key`, and is known as `name` to the test.
    pub(crate) fn reserve(&mut self, name: &'static str, buyer: &str, key: &str) {
        let ask = self.reserve_ask(buyer, key, 1);
        self.ask(name, ask);
    }

    pub(crate) fn reserve_ask(&mut self, buyer: &str, key: &str, quantity: u32) -> Ask {
        self.random += 1;
        let reserve = Reserve {
            reservation: ReservationId::new(ShardId(0), START.0, self.random),
            order: OrderId::new(ShardId(0), START.0, self.random),
            product: "shoe".parse().expect("well formed"),
            buyer: buyer.parse().expect("well formed"),
            quantity,
            reference: None,
            purchase: false,
        };
        let scope = Scope {
            principal: buyer.into(),
            route: "POST /v1/products/shoe/reservations".into(),
            key: key.into(),
        };
        Ask::Command(Command::Reserve(reserve), Some(scope))
    }

    /// The same of `product`, paid by the provider in one step.
    pub(crate) fn purchase(&mut self, name: &'static str, product: &str, buyer: &str, key: &str) {
        let Ask::Command(Command::Reserve(reserve), Some(scope)) = self.reserve_ask(buyer, key, 1) else {
            unreachable!("an attempt is a reserve with a key");
        };
        let reserve = Reserve { product: product.parse().expect("well formed"), ..reserve };
        let command = Command::Purchase(Box::new(Purchase { reserve, means: means() }));
        self.ask(name, Ask::Command(command, Some(scope)));
    }

    /// `buyer` holds a unit of `shoe`, and it is known.
    pub(crate) fn hold(&mut self, name: &'static str, buyer: &str, key: &str) -> ReservationId {
        self.reserve(name, buyer, key);
        let reservation = ReservationId::new(ShardId(0), START.0, self.random);
        self.flush();
        self.commit_all();
        reservation
    }

    /// `buyer` wants to pay for `reservation` by the provider.
    pub(crate) fn pay(&mut self, name: &'static str, reservation: ReservationId, buyer: &str, key: &str) {
        self.random += 1;
        let pay = Pay {
            reservation,
            buyer: Some(buyer.parse().expect("well formed")),
            order: OrderId::new(ShardId(0), START.0, self.random),
            means: means(),
        };
        let scope =
            Scope { principal: buyer.into(), route: "POST /v1/reservations/payment".into(), key: key.into() };
        self.ask(name, Ask::Command(Command::Pay(Box::new(pay)), Some(scope)));
    }

    pub(crate) fn query(&mut self, name: &'static str) {
        self.ask(name, Ask::Query(Query::Product("shoe".parse().expect("well formed"))));
    }

    pub(crate) fn available(&self) -> u64 {
        let product = "shoe".parse().expect("well formed");
        self.core.engine().product(&product).expect("there is one").stock.available
    }
}

/// How buyers pay by the provider.
fn means() -> Means {
    Means {
        account: "main".parse().expect("well formed"),
        method: "pm_card_visa".parse().expect("well formed"),
        return_url: None,
    }
}
