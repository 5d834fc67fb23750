//! The shard that a script is played on, with its clock.

use std::collections::BTreeMap;

use engine::command::Attempt;
use engine::lane::Transfer;
use engine::{
    Batch, Command, Description, Event, Fingerprint, Loader, LogTime, Outcome, PaymentMode, ProductId,
    Proposal, RULES, ReservationId, Shard, Span, Stock,
};

use super::names::SHARD;
use super::step::{Sent, Step};
use super::{clock, lanes, names, print};

/// A shard, a clock, and what was shown last.
pub(crate) struct World {
    shard: Shard,
    now: LogTime,
    shown: BTreeMap<ProductId, Stock>,
    described: BTreeMap<ProductId, Description>,
    tasks: BTreeMap<ReservationId, Vec<String>>,
    reloads: bool,
}

impl World {
    /// A founded shard at 12:00:00.
    pub(crate) fn new() -> World {
        let now = clock::time("12:00:00").expect("a time");
        let mut world = World {
            shard: Shard::new(SHARD),
            now,
            shown: BTreeMap::new(),
            described: BTreeMap::new(),
            tasks: BTreeMap::new(),
            reloads: false,
        };
        let found = engine::command::Found { secret: [7; 16] };
        world.apply(vec![Proposal::of(Command::Found(found))], RULES);
        world
    }

    /// One that loads its shard anew before every step.
    pub(crate) fn that_reloads() -> World {
        World { reloads: true, ..World::new() }
    }

    /// How a product is described so far.
    pub(crate) fn description(&self, product: &ProductId) -> Description {
        let of_new = || Description {
            name: "A thing".parse().expect("a name"),
            price: engine::Money { amount: 10_000, currency: "usd".parse().expect("a currency") },
            stock: 10,
            max_per_buyer: 1,
            max_per_buyer_in_group: None,
            hold: Span::from_secs(600),
            opens_at: self.now,
            closes_at: None,
            payment: PaymentMode::External,
            lanes: 1,
        };
        self.described.get(product).cloned().unwrap_or_else(of_new)
    }

    /// Does a step, and tells what came of it, a line each.
    pub(crate) fn play(&mut self, step: Step) -> Vec<String> {
        if self.reloads {
            self.reload();
        }
        match step {
            Step::At(time) => self.now = time,
            Step::After(span) => self.now = self.now.after(span),
            Step::Unfounded => self.shard = Shard::new(SHARD),
            Step::Tick => return self.apply(Vec::new(), RULES),
            Step::Propose(sent) => return self.send(vec![sent]),
            Step::Together => {}
            Step::Show(query) => return vec![self.show(&query)],
            Step::Consider(reserve, has_means) => {
                let room = self.shard.consider(Attempt { reserve: &reserve, has_means }, false);
                return vec![room.map_or_else(|refusal| refused(&refusal), |room| print::room(&room))];
            }
            Step::Deadline => return vec![self.shard.next_deadline().map_or("none".into(), clock::show)],
            Step::Cap(max) => return vec![clock::show(self.shard.due_cap(self.now, max))],
            Step::Audit(product) => {
                return self.shard.capture().audit(Some(&product)).iter().map(print::audit).collect();
            }
            Step::Outbox(consumer) => {
                return match self.shard.untold(&consumer, 100) {
                    Err(error) => vec![error.to_string()],
                    Ok(events) if events.is_empty() => vec!["nothing to tell".into()],
                    Ok(events) => events.iter().map(print::event).collect(),
                };
            }
            Step::Lane(product) => {
                return self.shard.lane(&product).map_or(vec!["no lane".into()], |view| lanes::show(&view));
            }
            Step::Transfers => {
                let transfers = self.shard.transfers();
                let line = |transfer: &Transfer| {
                    let Transfer { product, from, to, number, units } = transfer;
                    format!("transfer {number} of {units} {product} from lane {from} to {to}")
                };
                return transfers.iter().map(line).collect();
            }
            Step::Tasks => return self.tasks(),
            Step::Alarms => return vec![print::alarms(&self.shard.alarms())],
            Step::Payments(product) => return self.payments(&product),
            Step::Takings(product) => {
                let audits = self.shard.capture().audit(Some(&product));
                return audits.iter().flat_map(|audit| &audit.payments.takings).map(print::takings).collect();
            }
            Step::Reload => {
                self.reload();
                return vec!["loaded, with the same hash".into()];
            }
        }
        Vec::new()
    }

    /// Sends commands as one batch.
    pub(crate) fn send(&mut self, sent: Vec<Sent>) -> Vec<String> {
        let rules = sent.iter().map(|sent| sent.rules).max().unwrap_or(RULES);
        let secret = self.shard.secret().copied().unwrap_or_default();
        let proposals = sent.into_iter().map(|Sent { mut proposal, scope, .. }| {
            proposal.key = scope.map(|scope| Fingerprint::of(&secret, &scope, &proposal.command));
            proposal
        });
        let proposals = proposals.collect();
        self.apply(proposals, rules)
    }

    fn apply(&mut self, proposals: Vec<Proposal>, rules: u16) -> Vec<String> {
        let batch = Batch { now: self.now, rules, proposals };
        let (mut outcomes, mut events) = (Vec::new(), Vec::new());
        self.shard.apply(&batch, &mut outcomes, &mut events);
        assert_eq!(outcomes.len(), batch.proposals.len(), "one outcome each");
        assert_eq!(self.shard.hash(), self.shard.recomputed_hash(), "the hash was kept up");
        self.check_payments();
        self.note_descriptions();
        let outcomes = outcomes.iter().map(|outcome| self.outcome(outcome));
        let mut lines = outcomes.collect::<Vec<_>>();
        lines.extend(events.iter().map(|event: &Event| print::event(event)));
        lines.extend(self.stocks_that_changed());
        lines.extend(self.tasks_that_changed());
        lines
    }

    fn check_payments(&self) {
        let payments = self.shard.capture().audit_payments(None);
        assert!(payments.is_sound(), "orders and charges disagree: {:?}", payments.mismatches);
        assert_eq!(payments.alarms.counts(), self.shard.alarms(), "every alarm is listed");
    }

    /// How many payments stand where, and the alarms one by one.
    fn payments(&self, product: &ProductId) -> Vec<String> {
        let capture = self.shard.capture();
        let mut lines: Vec<String> =
            capture.audit(Some(product)).iter().map(|audit| print::payments(&audit.payments)).collect();
        lines.extend(print::open_alarms(&capture.audit_payments(Some(product)).alarms));
        lines
    }

    /// All tasks, a page of one saga at a time.
    fn tasks(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut after = None;
        while let Some(page) = self.shard.tasks(after).next() {
            assert_eq!(page, self.shard.tasks_of(page.reservation), "a page is what is asked for by itself");
            after = Some(page.reservation);
            lines.extend(page.tasks.iter().map(print::task));
        }
        if lines.is_empty() {
            lines.push("nothing to do".into());
        }
        lines
    }

    /// What the shard tells of changes must be all that changed: beside it stands what was known before.
    fn tasks_that_changed(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        for saga in self.shard.take_changed_tasks() {
            let tasks = saga.tasks.iter().map(print::task).collect::<Vec<_>>();
            let known = self.tasks.insert(saga.reservation, tasks.clone()).unwrap_or_default();
            lines.extend(
                tasks.iter().filter(|task| !known.contains(task)).map(|task| format!("to do: {task}")),
            );
            if tasks.is_empty() && !known.is_empty() {
                lines.push(format!("nothing more to do for {}", names::of_reservation(saga.reservation)));
            }
        }
        self.tasks.retain(|_, tasks| !tasks.is_empty());
        let all = self
            .shard
            .tasks(None)
            .map(|saga| (saga.reservation, saga.tasks.iter().map(print::task).collect::<Vec<_>>()));
        let all = all.filter(|(_, tasks)| !tasks.is_empty()).collect::<BTreeMap<_, _>>();
        assert_eq!(all, self.tasks, "every change was told");
        lines
    }

    fn outcome(&self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Done(done) => format!("done: {}", print::answer(&self.shard.answer(done))),
            Outcome::Replayed(done) => format!("again: {}", print::answer(&self.shard.answer(done))),
            Outcome::Refused(refusal) => refused(refusal),
        }
    }

    fn show(&self, query: &engine::Query) -> String {
        let answer = self.shard.query(query);
        answer.map_or_else(|refusal| refused(&refusal), |answer| print::answer(&answer))
    }

    fn note_descriptions(&mut self) {
        self.described = self.shard.products().map(|view| (view.id, view.description)).collect();
    }

    fn stocks_that_changed(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        for view in self.shard.products() {
            if self.shown.get(&view.id) != Some(&view.stock) {
                lines.push(format!("stock of {}: {}", view.id, print::stock(&view.stock)));
                self.shown.insert(view.id, view.stock);
            }
        }
        lines
    }

    fn reload(&mut self) {
        let mut loader = Loader::new(SHARD);
        for chunk in self.shard.capture().chunks() {
            loader.feed(&chunk).expect("a chunk of our own");
        }
        let loaded = loader.finish().expect("a snapshot of our own");
        assert_eq!(loaded.hash(), self.shard.hash(), "a loaded shard has the same hash");
        self.shard = loaded;
    }
}

fn refused(refusal: &engine::Refusal) -> String {
    format!("refused: {}", print::refusal(refusal))
}
