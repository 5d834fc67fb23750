//! The calm at the end: everything is mended, service comes back, everybody gets an answer, all replicas agree.

use std::cell::RefCell;
use std::rc::Rc;

use engine::saga::{Step, Task};
use engine::{Outcome, ShardId};

use super::world::World;
use crate::check;

/// I10: how long after everything is mended every node must serve every shard.
const BACK_WITHIN: u64 = 5_000;
/// How long until everybody has heard: who asks has five seconds a send.
const HEARD_WITHIN: u64 = 60_000;
/// How long until no hold is left: the longest, and a second.
const ENDED_WITHIN: u64 = 15_000;
/// The same for payments: whoever leaves one alone has two minutes, and what is undone then may have been tried in vain
/// for so long that the next try is a minute away.
const SETTLED_WITHIN: u64 = 300_000;
/// How long until all replicas are equally far.
const AGREED_WITHIN: u64 = 10_000;

/// Waits for the end of everything, and checks the whole.
pub(super) fn end(world: &mut World) {
    let probes = world.crowd.probe(world.plan.shards);
    wait(world, BACK_WITHIN, "I10: service is not back everywhere", |_| probes.get() == 0);
    // Nothing is done to anybody any more: from now on holds end in time.
    let now = world.clock.now();
    world.watch.borrow_mut().punctual.well_since.get_or_insert(now);
    world.crowd.close();
    wait(world, HEARD_WITHIN, "I10: somebody never heard", |world| world.crowd.busy() == 0);
    if world.bank.is_some() {
        wait(world, SETTLED_WITHIN, "I5, I6: payments were never decided", is_settled);
    }
    wait(world, ENDED_WITHIN, "I6: holds never ended", |world| world.watch.borrow().live().next().is_none());
    wait(world, AGREED_WITHIN, "I8: replicas never came to the same index", agreed);
    recount(world);
    settle_up(world);
    world.history.check();
    let violation = says_nothing(world);
    violation.into_iter().for_each(|what| world.watch.borrow_mut().violated(what));
}

/// A run in which nothing was sold, or nothing was to go wrong, shows nothing.
fn says_nothing(world: &World) -> Option<String> {
    let watch = world.watch.borrow();
    let mut attempts = watch.courses().flat_map(|(_, course)| course.attempted.values().flatten());
    let is_sold = attempts.any(|attempted| matches!(attempted.outcome, Outcome::Done(_)));
    let is_stormy = world.toll.has_drawn();
    (!is_sold || !is_stormy).then(|| format!("this run shows nothing: sold {is_sold}, faults {is_stormy}"))
}

fn wait(world: &mut World, millis: u64, what: &str, done: impl Fn(&World) -> bool) {
    if !world.is_sound() {
        return;
    }
    let deadline = world.clock.now() + millis;
    while !done(world) {
        if world.clock.now() == deadline {
            world.watch.borrow_mut().violated(format!("{what}, {millis} ms after it should have begun"));
            return;
        }
        world.tick();
        if !world.is_sound() {
            return;
        }
    }
}

/// Whether nothing is under way any more between the shop and the bank.
fn is_settled(world: &World) -> bool {
    let watch = world.watch.borrow();
    // Whether the bank returns what has arrived is asked for thirty days.
    let is_open = |task: &Task| !matches!(task.step, Step::Recheck { .. });
    let tasks = watch.courses().flat_map(|(_, course)| course.own().tasks(None));
    let has_open_tasks =
        tasks.flat_map(|saga| saga.tasks).any(|task| is_open(&task) || task.noticed.is_some());
    let books = world.bank.as_ref().map(|bank| bank.ledger());
    !has_open_tasks
        && books.is_none_or(|books| check::is_settled(&books))
        && world.crowd.post_is_done()
        && watch.live().next().is_none()
}

/// I5: by its own books, what the bank took is what was ordered.
fn settle_up(world: &mut World) {
    let Some(books) = world.bank.as_ref().filter(|_| world.is_sound()).map(|bank| bank.ledger()) else {
        return;
    };
    let paid = books.accounts.iter().map(|account| account.totals.captured_charges).sum();
    world.story.count_more("payments captured", paid);
    let violations = world.watch.borrow().money.violations(&books);
    violations.into_iter().for_each(|violation| world.watch.borrow_mut().violated(violation));
}

fn agreed(world: &World) -> bool {
    let watch = world.watch.borrow();
    world.wards.iter().all(|ward| {
        watch.courses().all(|(shard, course)| {
            let position = watch.position(ward.machine.node, shard);
            position.is_some_and(|position| position.index == course.last())
        })
    })
}

/// Every replica's state is recounted, and hashes to what it must.
fn recount(world: &mut World) {
    if !world.is_sound() {
        return;
    }
    let (found, missing) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(0_usize)));
    for ward in &world.wards {
        let node_id = ward.machine.node;
        for shard in (0..world.plan.shards).map(ShardId) {
            let Some(process) = ward.machine.process() else { continue };
            let (found, missing) = (Rc::clone(&found), Rc::clone(&missing));
            *missing.borrow_mut() += 1;
            let begun = process.run(|node| async move {
                let capture = node.capture(shard).await;
                found.borrow_mut().push((node_id, shard, capture));
                *missing.borrow_mut() -= 1;
            });
            assert!(begun, "a node that serves takes jobs");
        }
    }
    let counted = Rc::clone(&missing);
    wait(world, 1_000, "a replica gives no capture", move |_| *counted.borrow() == 0);
    for (node, shard, capture) in found.take() {
        let Some(capture) = capture else { continue };
        let known = world.watch.borrow().course(shard).own().hash();
        let mut wrong = Vec::new();
        if capture.hash() != known || capture.recomputed_hash() != known {
            wrong.push(format!(
                "I8: node {node}, shard {shard}: the state hashes to {:x}, recounted to {:x}, and must to {known:x}",
                capture.hash(),
                capture.recomputed_hash()
            ));
        }
        let audits = capture.audit(None);
        wrong.extend(
            audits
                .iter()
                .filter(|audit| !audit.is_sound())
                .map(|audit| format!("I2: node {node}, shard {shard}: a recount does not add up: {audit:?}")),
        );
        wrong.into_iter().for_each(|violation| world.watch.borrow_mut().violated(violation));
    }
}
