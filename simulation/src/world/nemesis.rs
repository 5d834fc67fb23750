//! What goes wrong, when, and until when.

use raft::disk::SimDisk;

use super::plan::{Fault, NODES, Plan};
use super::world::{Ward, World};
use crate::chance::Chance;
use crate::machine::{End, Machine, SYNC, Stage};
use crate::network::RESENT_AFTER;

const HOUR: i64 = 3_600_000;

/// Lays faults, and lifts them.
pub(crate) struct Nemesis {
    chance: Chance,
    faults: Vec<Fault>,
    between: (u64, u64),
    next_at: u64,
    /// What is lifted when.
    lifts: Vec<(u64, Lift)>,
}

/// What is lifted.
#[derive(Clone, Copy, Debug)]
enum Lift {
    Links,
    Sync(u64),
    Capacity(u64),
}

impl Nemesis {
    pub(crate) fn new(chance: Chance, plan: &Plan) -> Nemesis {
        let next_at = 1_500 + chance.below(1_000);
        let (faults, between) = (plan.faults.clone(), plan.between);
        Nemesis { chance, faults, between, next_at, lifts: Vec::new() }
    }

    /// Does what is due.
    pub(crate) fn act(&mut self, world: &mut World) {
        let now = world.clock.now();
        let due = self.lifts.extract_if(.., |(at, _)| *at <= now).collect::<Vec<_>>();
        due.into_iter().for_each(|(_, lift)| self.lift(world, lift));
        if now >= self.next_at {
            let fault = *self.chance.pick(&self.faults);
            world.story.count(fault.name());
            world.watch.borrow_mut().punctual.well_since = None;
            self.strike(world, fault);
            self.next_at = now + self.chance.within(self.between.0..=self.between.1);
        }
        self.tell_whether_well(world);
    }

    /// Lifts everything.
    pub(crate) fn relent(&mut self, world: &mut World) {
        world.story.tell(format_args!("everything is mended"));
        world.network.clear();
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
            ward.machine.asleep_until = 0;
            ward.machine.pace.sync.set(SYNC);
        }
        self.lifts.clear();
    }

    fn tell_whether_well(&self, world: &World) {
        let all_serve = world.wards.iter().all(|ward| ward.machine.serves());
        let punctual = &mut world.watch.borrow_mut().punctual;
        let well = self.lifts.is_empty() && all_serve && !punctual.clocks_set;
        punctual.well_since = if well { punctual.well_since.or(Some(world.clock.now())) } else { None };
    }

    fn lift(&mut self, world: &mut World, lift: Lift) {
        world.story.tell(format_args!("lifted: {lift:?}"));
        match lift {
            Lift::Links => world.network.clear(),
            Lift::Sync(node) => self.machine(world, node).pace.sync.set(SYNC),
            Lift::Capacity(node) => {
                self.ward(world, node).full = false;
                self.machine(world, node).disk.set_capacity(None);
            }
        }
    }

    fn ward<'a>(&self, world: &'a mut World, node: u64) -> &'a mut Ward {
        let ward = world.wards.iter_mut().find(|ward| ward.machine.node == node);
        ward.expect("there is a ward for each node")
    }

    fn machine<'a>(&self, world: &'a mut World, node: u64) -> &'a mut Machine {
        &mut self.ward(world, node).machine
    }

    fn later(&mut self, world: &World, least: u64, most: u64, lift: Lift) {
        let at = world.clock.now() + self.chance.within(least..=most);
        self.lifts.push((at, lift));
    }

    fn strike(&mut self, world: &mut World, fault: Fault) {
        let node = *self.chance.pick(&NODES);
        world.story.tell(format_args!("{fault:?}, of node {node}"));
        match fault {
            Fault::Kill => self.end(world, node, End::Kill),
            Fault::Power if self.chance.percent(50) => {
                let seed = self.chance.next();
                self.end(world, node, End::Power(seed));
            }
            Fault::Power => {
                let (seed, after) = (self.chance.next(), self.chance.below(40));
                self.lay(world, node, End::Power(seed), |disk| disk.cut_power_after(after));
            }
            Fault::KillAtDisk => {
                let after = self.chance.below(40);
                self.lay(world, node, End::Kill, |disk| disk.cut_power_after(after));
            }
            Fault::KillAtAct => {
                let acts = self.chance.below(60);
                self.machine(world, node).life().limit(acts);
            }
            Fault::Several => self.several(world, node),
            Fault::Restart => {
                if let Some(process) = self.machine(world, node).process() {
                    process.leave();
                }
            }
            Fault::Pause => {
                let until = world.clock.now() + self.chance.within(100..=4_000);
                self.machine(world, node).asleep_until = until;
            }
            Fault::Isolate => self.cut(world, |from, to| (from == node) != (to == node)),
            Fault::OneWay => {
                let hears = self.chance.percent(50);
                self.cut(world, |from, to| if hears { from == node } else { to == node });
            }
            Fault::Bridge => {
                let third = node;
                self.cut(world, |from, to| from != third && to != third);
            }
            Fault::Delay => {
                let most = self.chance.within(5..=200);
                self.slow(world, most);
                self.weather(world, node, |weather| weather.latency = (1, most));
            }
            Fault::Loss => {
                let percent = self.chance.within(2..=30);
                self.slow(world, RESENT_AFTER.1);
                self.weather(world, node, |weather| weather.loss_percent = percent);
            }
            Fault::Reset => world.network.reset(|from, to| from == node || to == node),
            Fault::Stall => {
                let longest = self.chance.within(500..=5_000);
                self.machine(world, node).pace.sync.set((longest / 2, longest));
                self.later(world, 500, 5_000, Lift::Sync(node));
            }
            Fault::SyncFails => {
                let after = self.chance.below(20);
                let ward = self.ward(world, node);
                ward.excused = true;
                ward.machine.disk.fail_sync_after(after);
            }
            Fault::Full => {
                let ward = self.ward(world, node);
                (ward.excused, ward.full) = (true, true);
                let disk = ward.machine.disk.clone();
                disk.set_capacity(Some(self.used(&disk)));
                self.later(world, 500, 4_000, Lift::Capacity(node));
            }
            Fault::WallClock => {
                let by = *self.chance.pick(&[-24 * HOUR, -HOUR, HOUR, 24 * HOUR, -30_000, 30_000]);
                world.watch.borrow_mut().punctual.clocks_set = true;
                // One wrong clock at a time: of two that agree with each other nobody can tell.
                world.wards.iter().for_each(|ward| ward.machine.pace.wall_offset.set(0));
                self.machine(world, node).pace.wall_offset.set(by);
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

    fn end(&mut self, world: &mut World, node: u64, how: End) {
        let start_at = world.clock.now() + self.chance.within(20..=3_000);
        let ward = self.ward(world, node);
        ward.machine.end(how);
        ward.start_at.get_or_insert(start_at);
    }

    fn lay(&mut self, world: &mut World, node: u64, how: End, trap: impl FnOnce(&SimDisk)) {
        let ward = self.ward(world, node);
        if ward.machine.is_up() {
            ward.planned = how;
            trap(&ward.machine.disk);
        }
    }

    fn several(&mut self, world: &mut World, spared: u64) {
        let all = self.chance.percent(50);
        let power = self.chance.percent(50);
        for node in NODES.into_iter().filter(|node| all || *node != spared) {
            let seed = self.chance.next();
            self.end(world, node, if power { End::Power(seed) } else { End::Kill });
        }
    }

    fn cut(&mut self, world: &World, cuts: impl Fn(u64, u64) -> bool) {
        for (from, to) in pairs().filter(|&(from, to)| cuts(from, to)) {
            world.network.change(from, to, |weather| weather.cut = true);
        }
        self.later(world, 200, 6_000, Lift::Links);
    }

    fn weather(&mut self, world: &World, node: u64, change: impl Fn(&mut crate::network::Weather)) {
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
