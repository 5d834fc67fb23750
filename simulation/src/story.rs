//! What happened, in order: as a hash, by which two runs are compared, and as lines, for whoever wants to read them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::fmt::{Arguments, Write};

use crate::clock::Clock;

/// How many of the last lines are kept when nobody reads along.
const KEPT: usize = 400;

/// The story of a run.
#[derive(Debug)]
pub(crate) struct Story {
    clock: Clock,
    hash: Cell<u64>,
    aloud: bool,
    lines: RefCell<VecDeque<String>>,
    counts: RefCell<BTreeMap<&'static str, u64>>,
}

impl Story {
    /// A story that is told line by line as it happens if `aloud`.
    pub(crate) fn new(clock: Clock, aloud: bool) -> Story {
        Story {
            clock,
            hash: Cell::new(0xcbf2_9ce4_8422_2325),
            aloud,
            lines: RefCell::default(),
            counts: RefCell::default(),
        }
    }

    /// Something happened that is worth a line.
    pub(crate) fn tell(&self, line: Arguments<'_>) {
        let mut text = String::with_capacity(96);
        write!(text, "{:>7} ", self.clock.now()).expect("a string takes everything");
        text.write_fmt(line).expect("a string takes everything");
        self.trace(text.as_bytes());
        if self.aloud {
            eprintln!("{text}");
        }
        let mut lines = self.lines.borrow_mut();
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(text);
    }

    /// Something happened that only the hash knows of.
    pub(crate) fn trace(&self, bytes: &[u8]) {
        let hash = bytes
            .iter()
            .fold(self.hash.get(), |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        self.hash.set(hash);
    }

    /// The same for numbers, with the time.
    pub(crate) fn trace_numbers(&self, numbers: &[u64]) {
        self.trace(&self.clock.now().to_le_bytes());
        numbers.iter().for_each(|number| self.trace(&number.to_le_bytes()));
    }

    /// One more of a kind.
    pub(crate) fn count(&self, kind: &'static str) {
        self.count_more(kind, 1);
    }

    /// So many more of a kind.
    pub(crate) fn count_more(&self, kind: &'static str, more: u64) {
        *self.counts.borrow_mut().entry(kind).or_default() += more;
    }

    /// How many there were of each kind.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.counts.borrow().clone()
    }

    /// The hash of all that happened.
    pub(crate) fn hash(&self) -> u64 {
        self.hash.get()
    }

    /// The last lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.borrow().iter().cloned().collect()
    }
}
