//! Time that went by, and time that this thread was given. On a shared machine only the second one means much.

use std::ops::{Add, Div};

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds that some work took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) cpu: u64,
    pub(crate) wall: u64,
}

impl Spent {
    /// Does the work, and measures it.
    pub(crate) fn on<T>(work: impl FnOnce() -> T) -> (Spent, T) {
        let (cpu, wall) = (nanos(ClockId::ThreadCPUTime), nanos(ClockId::Monotonic));
        let done = std::hint::black_box(work());
        let spent =
            Spent { cpu: nanos(ClockId::ThreadCPUTime) - cpu, wall: nanos(ClockId::Monotonic) - wall };
        (spent, done)
    }

    /// The medians of each clock alone.
    pub(crate) fn median(all: &[Spent]) -> Spent {
        let median = |of: fn(&Spent) -> u64| {
            let mut sorted = all.iter().map(of).collect::<Vec<_>>();
            sorted.sort_unstable();
            sorted.get(sorted.len() / 2).copied().unwrap_or(0)
        };
        Spent { cpu: median(|spent| spent.cpu), wall: median(|spent| spent.wall) }
    }

    /// The most of each clock alone.
    pub(crate) fn max(self, other: Spent) -> Spent {
        Spent { cpu: self.cpu.max(other.cpu), wall: self.wall.max(other.wall) }
    }
}

impl Add for Spent {
    type Output = Spent;

    fn add(self, other: Spent) -> Spent {
        Spent { cpu: self.cpu + other.cpu, wall: self.wall + other.wall }
    }
}

impl Div<u64> for Spent {
    type Output = Spent;

    fn div(self, by: u64) -> Spent {
        Spent { cpu: self.cpu / by, wall: self.wall / by }
    }
}

fn nanos(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    let part = |part: i64| u64::try_from(part).unwrap_or(0);
    part(time.tv_sec) * 1_000_000_000 + part(time.tv_nsec)
}
