//! A shop that sells by card, with two saga actors of which one is always behind, and a provider with its own books.

use std::collections::BTreeSet;

use engine::command::{Cancel, Notice, Pay, Purchase, Refund, Reserve};
use engine::saga::{Means, Report, Step, Task};
use engine::view::{Alarms, Capture, OrderStatus};
use engine::{
    Batch, Command, LogTime, OrderId, Outcome, Proposal, RULES, RefundId, ReservationId, Shard, ShardId,
};
use proptest::prelude::*;

use super::provider::{Intent, Provider};
use super::replica;

/// Something that happens. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Purchase(u64, u64),
    Reserve(u64),
    Pay(u64, u64),
    Cancel(u64),
    Refund(u64, u64, Option<u64>, bool),
    Notice(u64, u8),
    /// A task that is open is carried out with some luck; its report arrives or not.
    CarryOut(usize, u8, bool),
    /// So is one that was open once, by an actor that is behind.
    CarryOutOld(usize, u8, bool),
    /// A report arrives once more, or for the first time.
    Redeliver(usize),
    Wait(u64),
    Reload,
}

pub(crate) fn deeds(most: usize) -> impl Strategy<Value = Vec<Deed>> {
    let id = || 0..24_u64;
    let deed = prop_oneof![
        6 => (id(), id()).prop_map(|(reservation, order)| Deed::Purchase(reservation, order)),
        2 => id().prop_map(Deed::Reserve),
        4 => (id(), id()).prop_map(|(reservation, order)| Deed::Pay(reservation, order)),
        1 => id().prop_map(Deed::Cancel),
        3 => (id(), id(), prop::option::of(1..200_u64), any::<bool>())
            .prop_map(|(refund, order, amount, restock)| Deed::Refund(refund, order, amount, restock)),
        1 => (id(), any::<u8>()).prop_map(|(reservation, event)| Deed::Notice(reservation, event)),
        40 => (any::<usize>(), any::<u8>(), prop::bool::weighted(0.85))
            .prop_map(|(task, luck, arrives)| Deed::CarryOut(task, luck, arrives)),
        8 => (any::<usize>(), any::<u8>(), prop::bool::weighted(0.85))
            .prop_map(|(task, luck, arrives)| Deed::CarryOutOld(task, luck, arrives)),
        6 => any::<usize>().prop_map(Deed::Redeliver),
        6 => prop_oneof![0..60_000_u64, Just(120_000), Just(900_000)].prop_map(Deed::Wait),
        1 => Just(Deed::Reload),
    ];
    prop::collection::vec(deed, 1..most)
}

/// The shop, its actors and its provider.
pub(crate) struct Shop {
    shard: Shard,
    now: LogTime,
    provider: Provider,
    /// Every task that ever was, and every report that was ever made.
    old: Vec<Task>,
    reports: Vec<Report>,
}

impl Shop {
    pub(crate) fn new() -> Shop {
        let (shard, now) = (replica::shop(), LogTime(1_795_737_600_000));
        Shop { shard, now, provider: Provider::default(), old: Vec::new(), reports: Vec::new() }
    }

    pub(crate) fn does(&mut self, deed: &Deed) {
        match *deed {
            Deed::Purchase(number, other) => {
                let purchase = Purchase { reserve: self.reserve(number, other), means: means() };
                self.send(Command::Purchase(Box::new(purchase)));
            }
            Deed::Reserve(number) => self.send(Command::Reserve(self.reserve(number, number))),
            Deed::Pay(number, other) => {
                let pay = Pay { reservation: id(number), buyer: None, order: order(other), means: means() };
                self.send(Command::Pay(Box::new(pay)));
            }
            Deed::Cancel(number) => {
                self.send(Command::Cancel(Cancel { reservation: id(number), buyer: None }))
            }
            Deed::Refund(number, of, amount, restock) => {
                let refund = RefundId::new(ShardId(0), 0, number);
                self.send(Command::Refund(Refund { id: refund, order: order(of), amount, restock }));
            }
            Deed::Notice(number, event) => {
                let event = format!("evt-{event}").parse().expect("well formed");
                self.send(Command::Notice(Notice {
                    event,
                    reservation: id(number),
                    intent: None,
                    refund: None,
                }));
            }
            Deed::CarryOut(which, luck, arrives) => {
                let open = self.tasks();
                if let Some(task) = open.get(which % open.len().max(1)) {
                    self.carry_out(task, luck, arrives);
                }
            }
            Deed::CarryOutOld(which, luck, arrives) => {
                if let Some(task) = self.old.get(which % self.old.len().max(1)).cloned() {
                    self.carry_out(&task, luck, arrives);
                }
            }
            Deed::Redeliver(which) => {
                if let Some(report) = self.reports.get(which % self.reports.len().max(1)).cloned() {
                    self.send(Command::Report(report));
                }
            }
            Deed::Wait(millis) => {
                self.now = LogTime(self.now.0 + millis);
                self.apply(Vec::new());
            }
            Deed::Reload => self.shard = replica::reloaded(&self.shard),
        }
    }

    /// From now on all goes well, and time goes on: every saga must come to its end.
    pub(crate) fn comes_to_rest(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..200 {
            let (rechecks, open): (Vec<Task>, Vec<Task>) =
                self.tasks().into_iter().partition(|task| matches!(task.step, Step::Recheck { .. }));
            if open.is_empty() && self.shard.next_deadline().is_none() {
                let hash = self.shard.hash();
                rechecks.iter().for_each(|task| self.carry_out(task, 0, true));
                if self.shard.hash() == hash {
                    return Ok(());
                }
            }
            open.iter().for_each(|task| self.carry_out(task, 0, true));
            self.does(&Deed::Wait(30_000));
        }
        Err(TestCaseError::fail(format!("these have no end: {:?}", self.tasks())))
    }

    /// What holds at every moment.
    pub(crate) fn check(&mut self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.shard.hash(), self.shard.recomputed_hash());
        prop_assert!(self.shard.next_deadline().is_none_or(|at| at > self.shard.now()));
        for audit in self.shard.capture().audit(None) {
            prop_assert!(audit.is_sound(), "{:?}", audit);
        }
        let payments = self.shard.capture().audit_payments(None);
        prop_assert!(payments.is_sound(), "{:?}", payments.mismatches);
        prop_assert_eq!(payments.alarms.counts(), self.shard.alarms());
        let mut seen = BTreeSet::new();
        for order in self.shard.capture().orders() {
            prop_assert!(seen.insert(order.reservation), "one order for each reservation");
        }
        let tasks = self.tasks();
        self.old.extend(tasks.into_iter().filter(|task| !self.old.contains(task)).collect::<Vec<_>>());
        Ok(())
    }

    /// What holds in the end: our books are the provider's, nobody paid for nothing, and no card is held for nothing.
    pub(crate) fn balances(&self) -> Result<(), TestCaseError> {
        let mut intents = self.provider.intents.iter();
        let held = intents.find(|(_, (intent, _))| matches!(intent, Intent::Held | Intent::Working));
        prop_assert_eq!(held, None);
        prop_assert_eq!(
            Alarms { capture_failed: 0, refund_returned: 0, ..self.shard.alarms() },
            Alarms::default()
        );
        let mut expected = self.provider.intents.keys().map(|id| (id.to_string(), 0)).collect::<Vec<_>>();
        for view in self.shard.capture().orders() {
            let intent = view.payment.expect("every order was paid by the provider").to_string();
            prop_assert_eq!(view.capture == Capture::Captured, view.status != OrderStatus::Cancelled);
            let rest = if view.capture == Capture::Captured { view.price.amount - view.refunded } else { 0 };
            expected.retain(|(id, _)| *id != intent);
            expected.push((intent, rest));
        }
        for (id, rest) in expected {
            let id = id.parse().expect("well formed");
            prop_assert_eq!(self.provider.net(&id), rest, "{}", id);
        }
        Ok(())
    }

    pub(crate) fn orders(&self) -> usize {
        self.shard.capture().orders().count()
    }

    fn tasks(&self) -> Vec<Task> {
        self.shard.tasks(None).flat_map(|saga| saga.tasks).collect()
    }

    fn carry_out(&mut self, task: &Task, luck: u8, arrives: bool) {
        let report = self.provider.carry_out(task, luck);
        self.reports.push(report.clone());
        if arrives {
            self.send(Command::Report(report));
        }
    }

    fn send(&mut self, command: Command) {
        self.apply(vec![Proposal::of(command)]);
    }

    fn apply(&mut self, proposals: Vec<Proposal>) -> Vec<Outcome> {
        let (mut outcomes, mut events) = (Vec::new(), Vec::new());
        self.shard.apply(&Batch { now: self.now, rules: RULES, proposals }, &mut outcomes, &mut events);
        outcomes
    }

    fn reserve(&self, number: u64, other: u64) -> Reserve {
        Reserve {
            reservation: id(number),
            order: order(other),
            product: "card".parse().expect("well formed"),
            buyer: format!("buyer-{}", number % 5).parse().expect("well formed"),
            quantity: 1 + u32::try_from(number % 2).expect("small"),
            reference: None,
            purchase: true,
        }
    }
}

fn means() -> Means {
    let account = "main".parse().expect("well formed");
    Means { account, method: "visa".parse().expect("well formed"), return_url: None }
}

fn id(number: u64) -> ReservationId {
    ReservationId::new(ShardId(0), 0, number)
}

fn order(number: u64) -> OrderId {
    OrderId::new(ShardId(0), 0, number)
}
