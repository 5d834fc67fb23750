//! I6: no hold ends early by more than a thousandth of its length, in the world's time, nor late by more than a second
//! while all is well.
//!
//! A new leader learns from others what time it is, and cannot tell how long their words were under way: so where links are
//! slow, holds that see two elections may end early by as much, there and back. A wall clock that is wrong excuses nothing.

use std::collections::{BTreeMap, BTreeSet};

use engine::view::{ReservationStatus, ReservationView};
use engine::{Event, Fact, ReservationId};

/// How much late a hold may end while all is well, in milliseconds, beside a thousandth of its length.
const LATE_MAX: u64 = 1_000;
/// How long all must have been well for that: until a leader is there, and its clock is anchored.
const WELL_FOR: u64 = 3_000;
/// What rounding to milliseconds may come to, with a message under way.
const ROUNDING: u64 = 5;

/// When holds began.
#[derive(Debug, Default)]
pub(crate) struct Punctual {
    /// When whoever wants it asked for the first time.
    asked: BTreeMap<ReservationId, u64>,
    /// When any replica first had it applied.
    begun: BTreeMap<ReservationId, u64>,
    /// Those that are being paid.
    paying: BTreeSet<ReservationId>,
    /// When a payment last came to nothing, and the hold went on.
    resumed: BTreeMap<ReservationId, u64>,
    /// How long words were under way, at worst, in milliseconds.
    pub(crate) slowest: u64,
    /// Since when nothing is wrong; nothing while something is.
    pub(crate) well_since: Option<u64>,
    /// How many were looked at for being late.
    pub(crate) timed: u64,
}

impl Punctual {
    /// Somebody asks for a hold, and will keep asking under the same id or another.
    pub(crate) fn asked(&mut self, reservation: ReservationId, now: u64) {
        self.asked.entry(reservation).or_insert(now);
    }

    /// Takes in what was applied at `now`.
    pub(crate) fn violations(&mut self, now: u64, events: &[Event]) -> Vec<String> {
        let mut violations = Vec::new();
        for event in events {
            let Fact::Reservation(view) = &event.fact else { continue };
            match view.status {
                ReservationStatus::Held => {
                    self.begun.entry(view.id).or_insert(now);
                    if self.paying.remove(&view.id) {
                        self.resumed.insert(view.id, now);
                    }
                }
                ReservationStatus::Paying => {
                    self.paying.insert(view.id);
                }
                ReservationStatus::Expired => violations.extend(self.ended(now, view)),
                _ => {}
            }
        }
        violations
    }

    fn ended(&mut self, now: u64, view: &ReservationView) -> Option<String> {
        let asked = *self.asked.get(&view.id)?;
        let length = view.expires_at.since(view.created_at).0;
        let slack = length / 1_000 + ROUNDING;
        let (id, lasted) = (view.id, now - asked);
        if lasted + slack + 2 * self.slowest < length {
            return Some(format!(
                "I6: hold {id} of {length} ms ended after {lasted} ms since it was asked for"
            ));
        }
        if self.paying.contains(&view.id) {
            // The end of a payment is not the hold's.
            return None;
        }
        let begun = *self.begun.get(&view.id)?;
        // A payment may have come to nothing when the hold was over already.
        let due = (begun + length).max(self.resumed.get(&view.id).copied().unwrap_or_default());
        let was_well = self.well_since.is_some_and(|since| since + WELL_FOR <= due);
        self.timed += u64::from(was_well);
        let late = now.saturating_sub(due);
        (was_well && late > LATE_MAX + slack)
            .then(|| format!("I6: hold {id} of {length} ms ended {late} ms late, while all was well"))
    }
}
