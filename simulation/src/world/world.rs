//! The world, moved on a millisecond at a time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::calm;
use super::nemesis::Nemesis;
use super::plan::{NODES, Plan};
use crate::bank::Bank;
use crate::chance::Chance;
use crate::check::{History, Watch, charged_twice};
use crate::clock::Clock;
use crate::crowd::{Crowd, Shelf, Town};
use crate::machine::{Around, CrashedAt, Door, End, Lives, Machine, Mail, Pace, Stage};
use crate::network::{Delivered, Network};
use crate::panics;
use crate::story::Story;
use crate::strike::{Strike, Toll};
use crate::watchdog::Pulse;

/// How often the bank's books are looked at, in milliseconds.
const BOOKS_EVERY: u64 = 100;

/// A machine, and what is to become of it.
pub(crate) struct Ward {
    pub(crate) machine: Machine,
    /// How its process ends when a fault that is laid for it strikes.
    pub(crate) planned: End,
    /// A fault was laid for this process after which it may end by itself.
    pub(crate) excused: bool,
    /// Its disk is full.
    pub(crate) full: bool,
    /// The faults that are laid for its process, at its disk and at its acts.
    pub(crate) at_disk: Option<Strike>,
    pub(crate) at_act: Option<Strike>,
    /// The fault by which a sync is to fail, or by which its disk is full, with how many had failed, or writes been
    /// refused for it, before.
    pub(crate) sync_fails: Option<(u64, Strike)>,
    pub(crate) refuses: Option<(u64, Strike)>,
    /// When it is started again.
    pub(crate) start_at: Option<u64>,
}

impl Ward {
    /// Looks which faults of the disk took effect.
    fn look_at_disk(&self) {
        let disk = &self.machine.disk;
        let sync_failed = self.sync_fails.iter().filter(|(before, _)| disk.failed_syncs() > *before);
        let was_full = self.refuses.iter().filter(|(before, _)| disk.refused_writes() > *before);
        sync_failed.chain(was_full).for_each(|(_, strike)| strike.lands());
    }

    /// Its process ran into this: the fault took effect that was laid there.
    fn ran_into(&self, crash: CrashedAt) {
        let laid = match crash {
            CrashedAt::Disk => &self.at_disk,
            CrashedAt::Act => &self.at_act,
        };
        laid.iter().for_each(Strike::lands);
    }
}

/// The world.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) clock: Clock,
    pub(crate) story: Rc<Story>,
    pub(crate) toll: Toll,
    pub(crate) network: Network,
    pub(crate) watch: Rc<RefCell<Watch>>,
    pub(crate) history: Rc<History>,
    pub(crate) wards: Vec<Ward>,
    pub(crate) crowd: Crowd,
    pub(crate) bank: Option<Rc<Bank>>,
    mail: Rc<Mail>,
    pulse: Pulse,
    order: Chance,
    restarts: Chance,
}

/// What a run came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) seed: u64,
    /// The hash of all that happened: the same for the same seed.
    pub(crate) trace: u64,
    /// How long the world went on, in milliseconds of its own.
    pub(crate) lasted: u64,
    pub(crate) counts: BTreeMap<String, u64>,
    pub(crate) violations: Vec<String>,
    /// The last lines of the story, if something is wrong.
    pub(crate) story: Vec<String>,
}

impl World {
    /// The world that `seed` makes, told aloud or not.
    pub(crate) fn of(seed: u64, aloud: bool) -> World {
        let (chance, clock) = (Chance::new(seed), Clock::default());
        let plan = Plan::of(&chance.fork("plan"));
        let story = Rc::new(Story::new(clock.clone(), aloud));
        let watch = Rc::new(RefCell::new(Watch::new(clock.clone(), Rc::clone(&story), plan.shards)));
        let history = History::new(clock.clone(), Rc::clone(&story), Rc::clone(&watch));
        let network = Network::new(chance.fork("network"));
        let bank = plan
            .bank
            .as_ref()
            .map(|bank| Bank::open(clock.clone(), &chance.fork("bank"), &bank.mishaps, bank.short_patience));
        let mail = Mail::new(clock.clone(), chance.fork("mail"));
        let around = Around {
            clock: clock.clone(),
            network: network.clone(),
            lives: Lives::default(),
            watch: Rc::clone(&watch),
            bank: bank.clone(),
        };
        let ward = |node| Ward {
            machine: Machine::new(
                plan.config(node),
                Pace::new(chance.fork(&format!("pace {node}"))),
                around.clone(),
            ),
            planned: End::Kill,
            excused: false,
            full: false,
            at_disk: None,
            at_act: None,
            sync_fails: None,
            refuses: None,
            start_at: Some(0),
        };
        let wards = NODES.into_iter().map(ward).collect();
        let town = Town {
            clock: clock.clone(),
            door: Door(Rc::clone(&mail)),
            history: Rc::clone(&history),
            shelf: Rc::new(Shelf::of(&chance.fork("shelf"), plan.shards, bank.is_some())),
            nodes: NODES.to_vec(),
            bank: bank.clone(),
            orders: RefCell::default(),
        };
        let crowd = Crowd::gather(town, plan.buyers, &chance.fork("crowd"));
        story.tell(format_args!("seed {seed}: {plan:?}"));
        let pulse = Pulse::default();
        pulse.watch();
        let (order, restarts) = (chance.fork("order"), chance.fork("restarts"));
        World {
            plan,
            clock,
            story,
            toll: Toll::default(),
            network,
            watch,
            history,
            wards,
            crowd,
            bank,
            mail,
            pulse,
            order,
            restarts,
        }
    }

    /// Lets it go on to its end.
    pub(crate) fn run(mut self, seed: u64) -> Report {
        let mut nemesis = Nemesis::new(Chance::new(seed).fork("nemesis"), &self.plan);
        while self.clock.now() < self.plan.stormy_for && self.is_sound() {
            nemesis.act(&mut self);
            self.tick();
        }
        nemesis.relent(&mut self);
        if self.is_sound() {
            calm::end(&mut self);
        }
        self.report(seed)
    }

    /// Whether nothing is wrong so far: the first violation is what counts, and what follows only hides it.
    pub(crate) fn is_sound(&self) -> bool {
        self.watch.borrow().violations().is_empty()
    }

    /// Lets a millisecond pass.
    pub(crate) fn tick(&mut self) {
        self.clock.advance();
        self.pulse.beat();
        let now = self.clock.now();
        for Delivered { from, to, bytes, is_belated } in self.network.advance(now) {
            self.story.trace_numbers(&[3, from, to, bytes as u64]);
            self.story.count_more(
                "bytes of a connection that a newer one had replaced",
                if is_belated { bytes as u64 } else { 0 },
            );
        }
        self.deliver();
        let mut order: Vec<usize> = (0..self.wards.len()).collect();
        self.order.shuffle(&mut order);
        for at in order {
            self.wards[at].machine.step();
            self.look_after(at);
        }
        self.crowd.step();
        if let Some(bank) = &self.bank {
            bank.step();
            if now.is_multiple_of(BOOKS_EVERY) {
                let violations = charged_twice(&bank.ledger());
                violations.into_iter().for_each(|what| self.watch.borrow_mut().violated(what));
            }
        }
        for panic in panics::take() {
            self.watch.borrow_mut().violated(format!("a panic: {panic}"));
        }
    }

    fn deliver(&mut self) {
        let machines: Vec<&Machine> = self.wards.iter().map(|ward| &ward.machine).collect();
        self.mail.deliver(&machines);
    }

    /// Takes down what has fallen, and starts what is due.
    fn look_after(&mut self, at: usize) {
        let (now, restart_in) = (self.clock.now(), self.restarts.within(20..=2_500));
        let ward = &mut self.wards[at];
        let node = ward.machine.node;
        ward.look_at_disk();
        if ward.machine.has_fallen() {
            let (cause, crash) = (ward.machine.life().ended_by(), ward.machine.life().crashed_at());
            crash.into_iter().for_each(|crash| ward.ran_into(crash));
            self.story.tell(format_args!("node {node} is down: {cause} ({:?})", ward.planned));
            if crash.is_none() && !ward.excused {
                self.watch.borrow_mut().violated(format!("node {node} ended by itself: {cause}"));
            }
            ward.machine.end(ward.planned);
            ward.start_at.get_or_insert(now + restart_in);
        }
        match ward.machine.stage() {
            Some(Stage::Failed(why)) => {
                self.story.tell(format_args!("node {node} does not start: {why}"));
                if !ward.excused {
                    self.watch.borrow_mut().violated(format!("node {node} does not start: {why}"));
                }
                ward.machine.end(End::Kill);
                ward.start_at = Some(now + restart_in);
            }
            Some(Stage::Stopped) => {
                self.story.tell(format_args!("node {node} has stopped in order"));
                ward.machine.end(End::Kill);
                ward.start_at.get_or_insert(now + restart_in);
            }
            _ => {}
        }
        if ward.start_at.is_some_and(|start_at| start_at <= now) && !ward.machine.is_up() {
            self.start(at);
        }
    }

    fn start(&mut self, at: usize) {
        let ward = &mut self.wards[at];
        self.story.tell(format_args!("node {} starts", ward.machine.node));
        self.story.count("starts");
        // What was laid for the process before does not wait for this one; but a full disk is still full.
        (ward.planned, ward.start_at, ward.excused) = (End::Kill, None, ward.full);
        (ward.at_disk, ward.at_act, ward.sync_fails) = (None, None, None);
        ward.machine.disk.fail_sync_after(u64::MAX);
        ward.machine.start();
    }

    fn report(self, seed: u64) -> Report {
        let violations = self.watch.borrow().violations().to_vec();
        let story = if violations.is_empty() { Vec::new() } else { self.story.lines() };
        let mut counts: BTreeMap<String, u64> =
            self.story.counts().into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect();
        counts.extend(self.toll.counts());
        counts.insert("holds timed while all was well".to_owned(), self.watch.borrow().punctual.timed);
        Report { seed, trace: self.story.hash(), lasted: self.clock.now(), counts, violations, story }
    }
}
