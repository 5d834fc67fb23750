//! The bank itself.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cashier::Till;
use engine::{AccountName, BuyerId};
use payment::config::Config;
use simulator::{Audit, InProcess, Options, Script, Time};

use super::config;
use super::counter::Counter;
use super::line::Line;
use crate::chance::Chance;
use crate::clock::{Clock, EPOCH};
use crate::clockwork::Clockwork;
use crate::machine::Life;

/// The bank. Nothing befalls it but what its script of faults says, and what befalls the way to it.
pub(crate) struct Bank {
    runtime: RefCell<Clockwork>,
    provider: Rc<InProcess>,
    counter: Counter,
    clock: Clock,
    config: Config,
    ledger: RefCell<Rc<Audit>>,
    /// Of when `ledger` is.
    changes: Cell<u64>,
}

impl Bank {
    /// A bank with these faults.
    pub(crate) fn open(clock: Clock, chance: &Chance, faults: &str, short_patience: bool) -> Rc<Bank> {
        let faults = Script::parse(faults).expect("the script is made as scripts are");
        let options = Options {
            seed: chance.next(),
            faults,
            clock: Time::Virtual(Some(i64::try_from(EPOCH).expect("a moment of this century"))),
            accounts: config::accounts(),
            ..Options::new("")
        };
        let config = config::config(&format!("http://{}", options.listen), short_patience);
        let provider = InProcess::new(options).expect("its accounts differ");
        let ledger = RefCell::new(Rc::new(provider.audit()));
        Rc::new(Bank {
            runtime: RefCell::new(Clockwork::new()),
            provider: Rc::new(provider),
            counter: Counter::new(chance.fork("counter")),
            clock,
            config,
            ledger,
            changes: Cell::new(0),
        })
    }

    /// Lets a millisecond pass.
    pub(crate) fn step(&self) {
        self.provider.advance(Duration::from_millis(1));
        let mut runtime = self.runtime.borrow_mut();
        for (request, asker) in self.counter.come_in(self.clock.now()) {
            let (provider, counter) = (Rc::clone(&self.provider), self.counter.clone());
            runtime.spawn(async move { counter.answered(provider.answer(request).await, asker) });
        }
        runtime.step();
        self.counter.go_out();
    }

    /// What the way to it is like.
    pub(crate) fn counter(&self) -> &Counter {
        &self.counter
    }

    /// A process' till. Wants its runtime.
    pub(crate) fn till(&self, life: &Arc<Life>) -> Till {
        Till::over(Arc::new(Line::of(self.counter.clone(), Arc::clone(life))), &self.config)
    }

    /// Anybody's way to it.
    pub(crate) fn line(&self) -> Line {
        Line::open(self.counter.clone())
    }

    /// The account that a buyer pays at.
    pub(crate) fn account_of(&self, buyer: &BuyerId) -> AccountName {
        self.config.accounts.of_buyer(buyer).name.clone()
    }

    /// How many changes its books have seen: the ledger is the same for as long as this stays.
    pub(crate) fn changes(&self) -> u64 {
        self.provider.changes()
    }

    /// Its books. Cheap where nothing has changed.
    pub(crate) fn ledger(&self) -> Rc<Audit> {
        let changes = self.changes();
        if self.changes.replace(changes) != changes {
            self.ledger.replace(Rc::new(self.provider.audit()));
        }
        Rc::clone(&self.ledger.borrow())
    }
}
