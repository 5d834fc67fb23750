//! The time of the simulated world, in milliseconds since it began.

use std::cell::Cell;
use std::rc::Rc;

/// What the wall clocks of all nodes show when the world begins, unless somebody set them: 2026-01-01.
pub(crate) const EPOCH: u64 = 1_767_225_600_000;

/// The world's clock. Clones are the same clock.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Rc<Cell<u64>>);

impl Clock {
    pub(crate) fn now(&self) -> u64 {
        self.0.get()
    }

    pub(crate) fn advance(&self) {
        self.0.set(self.0.get() + 1);
    }
}
