//! The weather on the way from one node to another.

use std::collections::BTreeMap;

use crate::chance::Chance;

/// How a link behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weather {
    /// Nothing passes; what is sent waits, as TCP would send it again.
    pub(crate) cut: bool,
    /// How long bytes are under way, in milliseconds.
    pub(crate) latency: (u64, u64),
    /// How many segments of a hundred are lost, and come when they are sent again.
    pub(crate) loss_percent: u64,
}

/// What it is like when all is well.
const FAIR: Weather = Weather { cut: false, latency: (1, 2), loss_percent: 0 };
/// After so long a lost segment is sent again.
pub(crate) const RESENT_AFTER: (u64, u64) = (200, 600);

/// The weather on all links, each direction apart.
#[derive(Debug, Default)]
pub(crate) struct Links(BTreeMap<(u64, u64), Weather>);

impl Links {
    pub(crate) fn weather(&self, from: u64, to: u64) -> Weather {
        self.0.get(&(from, to)).copied().unwrap_or(FAIR)
    }

    pub(crate) fn change(&mut self, from: u64, to: u64, change: impl FnOnce(&mut Weather)) {
        change(self.0.entry((from, to)).or_insert(FAIR));
    }

    /// All is well everywhere.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// How long a segment is under way that is sent now.
    pub(crate) fn delay(&self, from: u64, to: u64, chance: &Chance) -> u64 {
        let weather = self.weather(from, to);
        let (least, most) = weather.latency;
        let lost = weather.loss_percent > 0 && chance.percent(weather.loss_percent);
        let again = if lost { chance.within(RESENT_AFTER.0..=RESENT_AFTER.1) } else { 0 };
        chance.within(least..=most) + again
    }
}
