//! The tally of a run: what happened in it, and so was survived.

use crate::books::Ends;
use crate::cluster::{Fate, Strike};
use crate::forger::Forged;
use crate::visit::Visit;

/// How many payments there are for each time that nodes are killed.
pub(crate) const PAYMENTS_PER_STRIKE: usize = 50;

/// How many there were of each.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    payments: usize,
    orders: usize,
    /// Orders that were authorized when the hold would have been over.
    late_orders: usize,
    /// Orders whose money was gone when it was to be taken.
    moneyless_orders: usize,
    refunds_asked: usize,
    units_back: usize,
    /// Units that were sold again, or are on sale, while the bank returned the refund.
    refunds_returned: usize,
    held_again: usize,
    expired: usize,
    left_alone: usize,
    forged_events_refused: usize,
    untrue_events_taken: usize,
    strikes: usize,
    strikes_at_leaders: usize,
    kills: usize,
}

impl Tally {
    pub(crate) fn of(visits: &[Visit], ends: &Ends, strikes: &[Strike], forged: &Forged) -> Tally {
        let fates = |is: fn(&Fate) -> bool| ends.deals.iter().filter(|deal| is(&deal.fate)).count();
        Tally {
            payments: visits.len(),
            orders: ends.deals.iter().filter(|deal| deal.order().is_some()).count(),
            late_orders: ends.late,
            moneyless_orders: ends.cancelled,
            refunds_asked: visits.iter().filter(|visit| visit.refund.is_some()).count(),
            refunds_returned: ends.returned,
            units_back: fates(|fate| matches!(fate, Fate::Undone { .. })),
            held_again: fates(|fate| *fate == Fate::Kept),
            expired: fates(|fate| *fate == Fate::Expired),
            left_alone: visits.iter().filter(|visit| visit.left.is_some()).count(),
            forged_events_refused: forged.refused,
            untrue_events_taken: forged.taken,
            strikes: strikes.len(),
            strikes_at_leaders: strikes.iter().filter(|strike| strike.is_at_leader).count(),
            kills: strikes.iter().map(|strike| strike.victims.len()).sum(),
        }
    }

    /// What did not happen, or not often enough, and so was not survived.
    pub(crate) fn missing(&self, is_long: bool) -> Vec<String> {
        let (some, half) = (1, self.payments / 2);
        let needed = [
            ("orders", self.orders, half),
            ("late orders", self.late_orders, some),
            ("orders without money", self.moneyless_orders, some),
            ("refunds", self.refunds_asked, self.payments / 10),
            ("units back on sale", self.units_back, some),
            ("refunds returned", self.refunds_returned, usize::from(is_long)),
            ("holds that outlasted their payment", self.held_again, some),
            ("holds that ended", self.expired, some),
            ("payments left alone", self.left_alone, if is_long { self.payments / 50 } else { 0 }),
            ("forged events", self.forged_events_refused, some),
            ("untrue events", self.untrue_events_taken, some),
            ("strikes", self.strikes, self.payments / PAYMENTS_PER_STRIKE),
            ("strikes at leaders", self.strikes_at_leaders, self.strikes.div_ceil(2)),
            ("kills", self.kills, self.strikes),
        ];
        let missing = needed.into_iter().filter(|(_, count, least)| count < least);
        missing
            .map(|(what, count, least)| format!("{count} {what}, and {least} at least are needed"))
            .collect()
    }
}
