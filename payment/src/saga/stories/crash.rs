//! Crashes, faults and second leaders at every point: at most one charge is kept, and the end is reached.

use engine::vocabulary::saga::Step;
use engine::{LogTime, ShardId};

use super::author::{NOON, SHARD, of_one, pi, reservation};
use super::book::Book;
use super::ledger::{Fault, Ledger};
use crate::saga::backoff::Jitter;
use crate::saga::core::{Action, Core};
use crate::saga::{Applied, Rhythm, Unrecorded};

const STEPS_MAX: usize = 2_000;

/// A story: a reservation, a provider, and the leaders that carry the saga out. The last leader is the true one; those
/// before it do not know yet that they were deposed.
struct Story {
    book: Book,
    ledger: Ledger,
    leaders: Vec<(Core, Vec<Action>)>,
    now: LogTime,
    told: Vec<String>,
}

impl Story {
    fn of(book: Book) -> Story {
        let mut story =
            Story { book, ledger: Ledger::default(), leaders: Vec::new(), now: NOON, told: Vec::new() };
        story.elect();
        story
    }

    /// A new leader begins with what the state says.
    fn elect(&mut self) {
        let seed = u64::try_from(self.told.len()).expect("small");
        let mut core = Core::new(Rhythm::default(), seed);
        core.took(self.now, SHARD, self.book.task().into_iter().collect());
        self.leaders.push((core, Vec::new()));
        self.told.push("elected".to_owned());
    }

    /// Everyone but the last leader is gone.
    fn bury(&mut self) {
        let last = self.leaders.pop().expect("there is a leader");
        self.leaders = vec![last];
    }

    /// One thing that leader `at` wants is done, or time goes on. `heard` is whether it learns what came of it.
    fn step(&mut self, at: usize, fault: Fault, heard: bool) {
        let (core, wanted) = &mut self.leaders[at];
        wanted.extend(core.actions());
        if wanted.is_empty() {
            if let Some(wake) = core.wake_at(SHARD) {
                self.now = self.now.max(wake);
                core.on_time(self.now, SHARD);
            }
            return;
        }
        match wanted.remove(0) {
            Action::Begin(ticket, ..) => core.on_turn(self.now, ticket, fault == Fault::None),
            Action::Call(ticket, call, _) => {
                let verdict = self.ledger.take(&call, fault);
                self.told.push(format!("{at}: {:?} {:?}: {fault:?}, {verdict:?}", call.endpoint, call.key()));
                if heard {
                    core.answered(self.now, ticket, verdict);
                }
            }
            Action::Report(ticket, report) => {
                let lost = matches!(fault, Fault::Lost | Fault::Failed);
                let applied = if lost { Applied::Stale } else { self.book.apply(&report) };
                self.told.push(format!("{at}: {:?}: {fault:?}, {applied:?}", report.finding));
                let result = if fault == Fault::None { Ok(applied) } else { Err(Unrecorded::Unknown) };
                if heard {
                    core.recorded(self.now, ticket, result);
                }
                self.tell();
            }
            Action::Drop(_) | Action::Alarm(_) => {}
        }
    }

    /// The true leader hears of the new state; a deposed one does not.
    fn tell(&mut self) {
        let task = self.book.task();
        let (core, _) = self.leaders.last_mut().expect("there is a leader");
        core.offer(self.now, SHARD, of_one(task.into_iter().collect()));
    }

    fn give_up(&mut self) {
        self.book.give_up();
        self.told.push("given up".to_owned());
        self.tell();
    }

    fn is_over(&self) -> bool {
        self.book.step.is_none()
    }

    /// Without faults the last leader brings it to the end, and the provider's ledger is right.
    fn end(&mut self, seed: u64) {
        for _ in 0..STEPS_MAX {
            if self.is_over() {
                break;
            }
            self.step(self.leaders.len() - 1, Fault::None, true);
        }
        // Whoever was deposed does what it still wanted to do: it must not matter any more.
        for at in 0..self.leaders.len() {
            (0..10).for_each(|_| self.step(at, Fault::None, true));
        }
        let kept = usize::from(!self.book.given_up);
        let good = self.is_over() && (self.ledger.kept(), self.ledger.held()) == (kept, 0);
        assert!(good, "seed {seed}: {:?}, {:?}\n{}", self.book, self.ledger, self.told.join("\n"));
    }
}

#[test]
fn a_crash_after_any_step_is_made_good_by_the_next_leader() {
    for crash_at in 0..12 {
        for heard in [false, true] {
            for deposed_lives_on in [false, true] {
                let mut story = Story::of(Book::new());
                for _ in 0..crash_at {
                    story.step(0, Fault::None, true);
                }
                story.step(0, Fault::None, heard);
                story.elect();
                if !deposed_lives_on {
                    story.bury();
                }
                story.end(crash_at);
            }
        }
    }
}

#[test]
fn a_fault_at_any_step_is_made_good() {
    for fault in [Fault::Lost, Fault::AnswerLost, Fault::Failed, Fault::FailedAfter] {
        for at in 0..12 {
            let mut story = Story::of(Book::new());
            (0..at).for_each(|_| story.step(0, Fault::None, true));
            story.step(0, fault, true);
            story.end(at);
        }
    }
}

#[test]
fn at_random() {
    for seed in 0..2_000 {
        let mut chance = Jitter::new(seed);
        let mut draw = |most: u64| chance.draw() % most;
        let mut story = Story::of(Book::new());
        for _ in 0..draw(60) {
            let faults = [Fault::Lost, Fault::AnswerLost, Fault::Failed, Fault::FailedAfter];
            let fault = match draw(3) {
                0 => faults[usize::try_from(draw(4)).expect("small")],
                _ => Fault::None,
            };
            let at =
                usize::try_from(draw(u64::try_from(story.leaders.len()).expect("small"))).expect("small");
            story.step(at, fault, draw(20) != 0);
            match draw(40) {
                0 | 1 => story.elect(),
                2 => {
                    story.elect();
                    story.bury();
                }
                3 => story.give_up(),
                _ => {}
            }
        }
        // One that did not hear would wait for ever; a process that dies does not.
        story.elect();
        story.end(seed);
    }
}

#[test]
fn an_intent_that_was_captured_after_all_is_given_back_however_often_it_fails() {
    for seed in 0..200 {
        let mut chance = Jitter::new(seed);
        let book = Book { step: Some(Step::Cancel { intent: pi("pi_0") }), given_up: true };
        let mut story = Story::of(book);
        story.ledger.intents.push("succeeded");
        story.ledger.refunds_that_fail = 2;
        for _ in 0..chance.draw() % 40 {
            let at = usize::try_from(chance.draw()).expect("64 bits") % story.leaders.len();
            let fault = if chance.draw().is_multiple_of(3) { Fault::AnswerLost } else { Fault::None };
            story.step(at, fault, true);
            if chance.draw().is_multiple_of(10) {
                story.elect();
            }
        }
        story.end(seed);
        assert_eq!(story.ledger.refunds.iter().filter(|(_, status)| *status == "succeeded").count(), 1);
    }
}

#[test]
fn the_shard_of_the_stories_is_the_one_that_ids_carry() {
    assert_eq!((reservation().shard(), SHARD), (SHARD, ShardId(3)));
}
