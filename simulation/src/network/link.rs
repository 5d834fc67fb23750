//! The weather on the way from one node to another.

use std::collections::BTreeMap;

use crate::chance::Chance;
use crate::strike::Strike;

/// How a link behaves, and by which fault it does.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    /// Nothing passes; what is sent waits, as TCP would send it again.
    pub(crate) cut: Option<Strike>,
    /// How long bytes are under way, in milliseconds.
    pub(crate) latency: (u64, u64),
    pub(crate) slowed: Option<Strike>,
    /// How many segments of a hundred are lost, and come when they are sent again.
    pub(crate) loss_percent: u64,
    pub(crate) loses: Option<Strike>,
}

/// What it is like when all is well.
const FAIR: Weather = Weather { cut: None, latency: (1, 2), slowed: None, loss_percent: 0, loses: None };
/// After so long a lost segment is sent again.
pub(crate) const RESENT_AFTER: (u64, u64) = (200, 600);

fn land(strike: Option<&Strike>) {
    strike.into_iter().for_each(Strike::lands);
}

/// The weather on all links, each direction apart.
#[derive(Debug, Default)]
pub(crate) struct Links(BTreeMap<(u64, u64), Weather>);

impl Links {
    fn weather(&self, from: u64, to: u64) -> &Weather {
        self.0.get(&(from, to)).unwrap_or(&FAIR)
    }

    /// Whether nothing passes.
    pub(crate) fn is_cut(&self, from: u64, to: u64) -> bool {
        self.weather(from, to).cut.is_some()
    }

    /// Something would have passed, and a cut held it.
    pub(crate) fn held(&self, from: u64, to: u64) {
        land(self.weather(from, to).cut.as_ref());
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
        let under_way = chance.within(least..=most);
        land(weather.loses.as_ref().filter(|_| lost));
        land(weather.slowed.as_ref().filter(|_| under_way > FAIR.latency.1));
        under_way + again
    }
}
