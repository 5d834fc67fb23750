//! What goes wrong, when, and until when.

use raft::disk::SimDisk;

use super::plan::{Fault, NODES, Plan};
use super::world::{Ward, World};
use crate::bank::Weather;
use crate::chance::Chance;
use crate::machine::{End, Machine, Process, Stage};
use crate::network::{self, RESENT_AFTER};
use crate::strike::Strike;

const HOUR: i64 = 3_600_000;

/// Lays faults, and lifts them.
pub(crate) struct Nemesis {
    chance: Chance,
    faults: Vec<Fault>,
    between: (u64, u64),
    lasting: u64,
    next_at: u64,
    /// What is lifted when.
    lifts: Vec<(u64, Lift)>,
    /// The node whose wall clock is wrong at times.
    untimely: Option<u64>,
}

/// What is lifted.
#[derive(Clone, Copy, Debug)]
enum Lift {
    Links,
    Sync(u64),
    Capacity(u64),
    Bank,
}

impl Nemesis {
    pub(crate) fn new(chance: Chance, plan: &Plan) -> Nemesis {
        let next_at = 1_500 + chance.below(1_000);
        let (faults, between, lasting) = (plan.faults.clone(), plan.between, plan.lasting);
        Nemesis { chance, faults, between, lasting, next_at, lifts: Vec::new(), untimely: None }
    }

    /// Does what is due.
    pub(crate) fn act(&mut self, world: &mut World) {
        let now = world.clock.now();
        let due = self.lifts.extract_if(.., |(at, _)| *at <= now).collect::<Vec<_>>();
        due.into_iter().for_each(|(_, lift)| self.lift(world, lift));
        if now >= self.next_at {
            let fault = *self.chance.pick(&self.faults);
            let strike = world.toll.draw(fault.name());
            world.watch.borrow_mut().punctual.well_since = None;
            self.strike(world, fault, strike);
            self.next_at = now + self.chance.within(self.between.0..=self.between.1);
        }
        self.tell_whether_well(world);
    }

    /// Lifts everything.
    pub(crate) fn relent(&mut self, world: &mut World) {
        world.story.tell(format_args!("everything is mended"));
        world.network.clear();
        world.network.forget_broken();
        self.lift(world, Lift::Bank);
        let now = world.clock.now();
        for ward in &mut world.wards {
            ward.full = false;
            ward.machine.disk.set_capacity(None);
            ward.machine.disk.fail_sync_after(u64::MAX);
            if matches!(ward.machine.stage(), Some(Stage::Leaving)) {
                // A stop in order may take as long as a request may: it is no part of what must be back in time.
                ward.machine.end(End::Kill);
            }
            if ward.machine.is_up() {
                ward.machine.disk.cut_power_after(u64::MAX);
                ward.machine.life().limit(u64::MAX);
            } else {
                ward.start_at = Some(now);
            }
            ward.machine.wake();
            ward.machine.pace.unstall();
        }
        self.lifts.clear();
    }

    fn tell_whether_well(&self, world: &World) {
        let all_serve = world.wards.iter().all(|ward| ward.machine.serves());
        let punctual = &mut world.watch.borrow_mut().punctual;
        let well = self.lifts.is_empty() && all_serve;
        punctual.well_since = if well { punctual.well_since.or(Some(world.clock.now())) } else { None };
    }

    fn lift(&mut self, world: &mut World, lift: Lift) {
        world.story.tell(format_args!("lifted: {lift:?}"));
        match lift {
            Lift::Links => world.network.clear(),
            Lift::Bank => self.reach(world, Weather::FAIR),
            Lift::Sync(node) => self.machine(world, node).pace.unstall(),
            Lift::Capacity(node) => {
                let ward = self.ward(world, node);
                (ward.full, ward.refuses) = (false, None);
                self.machine(world, node).disk.set_capacity(None);
            }
        }
    }

    /// From now on the way to the bank is like this.
    fn reach(&self, world: &World, weather: Weather) {
        if let Some(bank) = &world.bank {
            bank.counter().change(weather);
        }
    }

    /// The same for a while.
    fn reach_for_now(&mut self, world: &World, weather: Weather) {
        self.reach(world, weather);
        self.later(world, 500, 6_000, Lift::Bank);
    }

    fn ward<'a>(&self, world: &'a mut World, node: u64) -> &'a mut Ward {
        let ward = world.wards.iter_mut().find(|ward| ward.machine.node == node);
        ward.expect("there is a ward for each node")
    }

    fn machine<'a>(&self, world: &'a mut World, node: u64) -> &'a mut Machine {
        &mut self.ward(world, node).machine
    }

    fn later(&mut self, world: &World, least: u64, most: u64, lift: Lift) {
        let at = world.clock.now() + self.chance.within(least..=most * self.lasting);
        self.lifts.push((at, lift));
    }

    fn strike(&mut self, world: &mut World, fault: Fault, strike: Strike) {
        let node = *self.chance.pick(&NODES);
        world.story.tell(format_args!("{fault:?}, of node {node}"));
        match fault {
            Fault::Kill => {
                if self.end(world, node, End::Kill) {
                    strike.lands();
                }
            }
            Fault::Power if self.chance.percent(50) => {
                let seed = self.chance.next();
                if self.end(world, node, End::Power(seed)) {
                    strike.lands();
                }
            }
            Fault::Power => {
                let (seed, after) = (self.chance.next(), self.chance.below(40));
                self.lay(world, node, End::Power(seed), strike, after);
            }
            Fault::KillAtDisk => {
                let after = self.chance.below(40);
                self.lay(world, node, End::Kill, strike, after);
            }
            Fault::KillAtAct => {
                let acts = self.chance.below(60);
                let ward = self.ward(world, node);
                ward.machine.life().limit(acts);
                ward.at_act = Some(strike);
            }
            Fault::Several => self.several(world, node, &strike),
            Fault::Restart => {
                if self.machine(world, node).process().is_some_and(Process::leave) {
                    strike.lands();
                }
            }
            Fault::Pause => {
                let until = world.clock.now() + self.chance.within(100..=4_000 * self.lasting);
                self.machine(world, node).pause(until, strike);
            }
            Fault::Isolate => self.cut(world, &strike, |from, to| (from == node) != (to == node)),
            Fault::OneWay => {
                let hears = self.chance.percent(50);
                self.cut(world, &strike, |from, to| if hears { from == node } else { to == node });
            }
            Fault::Bridge => {
                let third = node;
                self.cut(world, &strike, |from, to| from != third && to != third);
            }
            Fault::Delay => {
                let most = self.chance.within(5..=200);
                self.slow(world, most);
                self.weather(world, node, |weather| {
                    (weather.latency, weather.slowed) = ((1, most), Some(strike.clone()));
                });
            }
            Fault::Loss => {
                let percent = self.chance.within(2..=30);
                self.slow(world, RESENT_AFTER.1);
                self.weather(world, node, |weather| {
                    (weather.loss_percent, weather.loses) = (percent, Some(strike.clone()));
                });
            }
            Fault::Reset => {
                if world.network.tear(node) {
                    strike.lands();
                }
            }
            Fault::Stall => {
                let longest = self.chance.within(500..=5_000);
                self.machine(world, node).pace.stall((longest / 2, longest), strike);
                self.later(world, 500, 5_000, Lift::Sync(node));
            }
            Fault::SyncFails => {
                let after = self.chance.below(20);
                let ward = self.ward(world, node);
                ward.excused = true;
                ward.sync_fails = Some((ward.machine.disk.failed_syncs(), strike));
                ward.machine.disk.fail_sync_after(after);
            }
            Fault::Full => {
                let ward = self.ward(world, node);
                (ward.excused, ward.full) = (true, true);
                let disk = ward.machine.disk.clone();
                ward.refuses = Some((disk.refused_writes(), strike));
                disk.set_capacity(Some(self.used(&disk)));
                self.later(world, 500, 4_000, Lift::Capacity(node));
            }
            Fault::WallClock => {
                let by = *self.chance.pick(&[-24 * HOUR, -HOUR, HOUR, 24 * HOUR, -30_000, 30_000, 0]);
                // One wrong clock a world: of two that agree with each other nobody can tell, and what a node said before its
                // clock was right may still be under way when another's is wrong.
                let node = *self.untimely.get_or_insert(node);
                let pace = &self.machine(world, node).pace;
                match by {
                    0 => pace.right_wall(),
                    by => pace.set_wall(by, strike),
                }
            }
            Fault::BankAway => {
                self.reach_for_now(world, Weather { away: true, fault: Some(strike), ..Weather::FAIR });
            }
            Fault::BankSlow => {
                let most = self.chance.within(500..=8_000);
                let weather = Weather { under_way: (5, most), fault: Some(strike), ..Weather::FAIR };
                self.reach_for_now(world, weather);
            }
            Fault::BankLoses => {
                let lost_percent = self.chance.within(5..=50);
                self.reach_for_now(world, Weather { lost_percent, fault: Some(strike), ..Weather::FAIR });
            }
        }
    }

    /// Words may be under way for so long from now on.
    fn slow(&self, world: &World, millis: u64) {
        let slowest = &mut world.watch.borrow_mut().punctual.slowest;
        *slowest = (*slowest).max(millis);
    }

    fn used(&self, disk: &SimDisk) -> usize {
        let bytes: usize = disk.files().iter().map(|path| disk.bytes(path).len()).sum();
        bytes + usize::try_from(self.chance.below(100_000)).expect("a small number")
    }

    /// Ends a process now. Whether one ran.
    fn end(&mut self, world: &mut World, node: u64, how: End) -> bool {
        let start_at = world.clock.now() + self.chance.within(20..=3_000 * self.lasting);
        let ward = self.ward(world, node);
        ward.start_at.get_or_insert(start_at);
        ward.machine.end(how)
    }

    /// Ends a process after so many more operations of its disk.
    fn lay(&mut self, world: &mut World, node: u64, how: End, strike: Strike, after: u64) {
        let ward = self.ward(world, node);
        if ward.machine.is_up() {
            (ward.planned, ward.at_disk) = (how, Some(strike));
            ward.machine.disk.cut_power_after(after);
        }
    }

    fn several(&mut self, world: &mut World, spared: u64, strike: &Strike) {
        let all = self.chance.percent(50);
        let power = self.chance.percent(50);
        let mut ended = 0;
        for node in NODES.into_iter().filter(|node| all || *node != spared) {
            let seed = self.chance.next();
            ended += u32::from(self.end(world, node, if power { End::Power(seed) } else { End::Kill }));
        }
        if ended >= 2 {
            strike.lands();
        }
    }

    fn cut(&mut self, world: &World, strike: &Strike, cuts: impl Fn(u64, u64) -> bool) {
        for (from, to) in pairs().filter(|&(from, to)| cuts(from, to)) {
            world.network.change(from, to, |weather| weather.cut = Some(strike.clone()));
        }
        self.later(world, 200, 6_000, Lift::Links);
    }

    fn weather(&mut self, world: &World, node: u64, change: impl Fn(&mut network::Weather)) {
        let everywhere = self.chance.percent(40);
        for (from, to) in pairs().filter(|&(from, to)| everywhere || from == node || to == node) {
            world.network.change(from, to, &change);
        }
        self.later(world, 500, 6_000, Lift::Links);
    }
}

fn pairs() -> impl Iterator<Item = (u64, u64)> {
    NODES
        .into_iter()
        .flat_map(|from| NODES.into_iter().map(move |to| (from, to)))
        .filter(|(from, to)| from != to)
}
