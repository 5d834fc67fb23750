//! A connection: both directions, and how it comes to its end.

use std::sync::Arc;

use super::pipe::Pipe;

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) pipes: [Arc<Pipe>; 2],
    phase: Phase,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Whole,
    /// What one end sends is held until then, and then it breaks for that end.
    Stalled {
        until: u64,
        break_: Break,
    },
    /// It broke, and one end does not know yet: it learns then.
    Broken {
        noticed_at: u64,
    },
}

/// How a connection breaks for one end first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Break {
    /// For which.
    pub(super) first: u64,
    /// How late what is under way from there arrives at the other, in milliseconds.
    pub(super) late_by: u64,
    /// How long after that the other learns of it.
    pub(super) noticed_after: u64,
}

impl Connection {
    pub(super) fn new(pipes: [Arc<Pipe>; 2]) -> Connection {
        Connection { pipes, phase: Phase::Whole }
    }

    /// Its nodes: who dialled, and whom.
    pub(super) fn ends(&self) -> (u64, u64) {
        let [there, _] = &self.pipes;
        (there.from, there.to)
    }

    pub(super) fn concerns(&self, node: u64) -> bool {
        let (one, other) = self.ends();
        node == one || node == other
    }

    /// The end that is not `node`.
    pub(super) fn other(&self, node: u64) -> u64 {
        let (one, other) = self.ends();
        if node == one { other } else { one }
    }

    /// Whether it broke, and one end does not know yet.
    pub(super) fn is_breaking(&self) -> bool {
        matches!(self.phase, Phase::Broken { .. })
    }

    /// Whether it breaks, or is about to.
    pub(super) fn is_torn(&self) -> bool {
        !matches!(self.phase, Phase::Whole)
    }

    /// Whether what is sent that way is held.
    pub(super) fn holds(&self, pipe: &Pipe) -> bool {
        matches!(self.phase, Phase::Stalled { break_, .. } if break_.first == pipe.from)
    }

    /// It breaks, for both ends.
    pub(super) fn reset(&mut self) {
        self.phase = Phase::Whole;
        self.pipes.iter().for_each(|pipe| pipe.reset());
    }

    /// From now on what `break_.first` sends is held, and at `until` it breaks for that end.
    pub(super) fn stall(&mut self, until: u64, break_: Break) {
        self.phase = Phase::Stalled { until, break_ };
    }

    /// It breaks for one end.
    pub(super) fn break_for(&mut self, now: u64, break_: Break) {
        let arrives = now + break_.late_by;
        self.phase = Phase::Broken { noticed_at: arrives + break_.noticed_after };
        for pipe in &self.pipes {
            if pipe.from == break_.first {
                pipe.break_behind_reader(arrives);
            } else {
                pipe.break_behind_writer();
            }
        }
    }

    /// Whether there is anything left of it at `now`.
    pub(super) fn goes_on(&mut self, now: u64) -> bool {
        match self.phase {
            Phase::Broken { noticed_at } if noticed_at <= now => {
                self.reset();
                return false;
            }
            Phase::Broken { .. } => return true,
            Phase::Stalled { until, break_ } if until <= now => self.break_for(now, break_),
            Phase::Stalled { .. } | Phase::Whole => {}
        }
        self.is_breaking() || self.pipes.iter().any(|pipe| !pipe.is_over())
    }
}
