//! What happens by itself as time goes on.

use engine::view::{PaymentError, ReservationStatus};
use engine::{LogTime, ReservationId};

use super::shop::Shop;
use super::spans::{DAY, WATCH, later};
use super::tries::{Stage, Try};

impl Shop {
    /// Time goes on to `now`, never back. All that is due by then comes about at that moment.
    pub(crate) fn pass(&mut self, now: LogTime) {
        self.now = self.now.max(now);
        self.forget();
        while let Some((at, id)) = self.next_end().filter(|&(at, _)| at <= self.now) {
            self.time_is_up(at, id);
        }
    }

    /// When a hold or a payment next ends by itself, and whose.
    pub(crate) fn next_end(&self) -> Option<(LogTime, ReservationId)> {
        self.reservations.iter().filter_map(|(&id, one)| Some((one.ends_at()?, id))).min()
    }

    /// When sales open and close that have not yet.
    pub(crate) fn windows(&self) -> impl Iterator<Item = LogTime> {
        let on_sale = self.products.values().filter(|product| !product.archived);
        let moments = on_sale.flat_map(|product| {
            [Some(product.description.opens_at), product.description.closes_at].into_iter().flatten()
        });
        moments.filter(|&at| at > self.now)
    }

    fn forget(&mut self) {
        let now = self.now;
        if self.remembered.iter().any(|remembered| remembered.ends_at() == now) {
            self.used.push("an answer is forgotten at its very moment".into());
        }
        self.remembered.retain(|remembered| remembered.ends_at() > now);
        self.reservations.retain(|_, one| {
            if one.status.is_live() || one.kept_until > now {
                return true;
            }
            let is_wanted = one.tries.iter().any(|tried| is_wanted(tried, now));
            let when = if one.kept_until == now { " at its very moment" } else { "" };
            self.used
                .push(format!("a reservation is {}{when}", if is_wanted { "kept" } else { "forgotten" }));
            one.kept_until = later(now, DAY);
            is_wanted
        });
    }

    fn time_is_up(&mut self, at: LogTime, id: ReservationId) {
        let one = self.reservations.get_mut(&id).expect("it was found");
        let release_by = one.release_by();
        let is_last_call = one.status == ReservationStatus::Held || at >= release_by;
        let (rule, expected) = (format!("{:?}, {}", one.status, name(one.tries.last())), one.ends_at());
        self.used.push(format!("time is up: {rule}{}", if is_last_call { ", for good" } else { "" }));
        if at == self.now {
            self.used.push("something ends at its very moment".into());
        }
        assert_eq!(expected, Some(at), "it was found by this");
        if one.status == ReservationStatus::Paying
            && let Some(last) = one.tries.last_mut()
        {
            run_out_of_time(last, is_last_call);
        }
        if is_last_call {
            return self.finish(id, ReservationStatus::Expired);
        }
        let attempt = u8::try_from(one.tries.len()).expect("there are three at most");
        if one.tries.last().is_some_and(|last| last.stage == Stage::Dead) {
            self.leave_payment(id, attempt);
        }
    }
}

/// Whether anything may still come of a try.
fn is_wanted(one: &Try, now: LogTime) -> bool {
    let may_return = one.compensation.is_some() && now < later(one.back_since, WATCH);
    match one.stage {
        Stage::Captured => false,
        Stage::Dead => (one.noticed > one.settled && one.intent.is_some()) || may_return,
        _ => true,
    }
}

/// What was never confirmed is dead, the rest is undone; at the last call what is not known to be dead is unsettled.
fn run_out_of_time(last: &mut Try, is_last_call: bool) {
    let undone = if is_last_call { Stage::Unsettled } else { Stage::Cancelling };
    if last.stage.is_active() {
        last.blame(PaymentError::TimedOut);
        last.go(if last.intent.is_some() { undone } else { Stage::Dead });
    } else if last.stage == Stage::Cancelling {
        last.go(undone);
    }
}

fn name(last: Option<&Try>) -> String {
    last.map_or("without a try".into(), |last| format!("{:?}", last.stage))
}
