//! Who comes when: newcomers first calmly, then in a rush; at last those who wait for what comes back.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

use super::buyer::Visit;
use super::crowd::Crowd;

/// How often the door opens.
const TICK: Duration = Duration::from_millis(1);
/// How long it takes from a calm beginning to the height of the rush.
const RAMP_SECONDS: f64 = 0.6;
/// Arrivals a second at the height of the rush. Beyond what the machine can carry, they come as they are answered.
const PEAK: f64 = 60_000.0;
/// How long the calm lasts where nobody is killed.
const CALM: Duration = Duration::from_millis(500);
/// How long it lasts at most.
const CALM_MAX: Duration = Duration::from_secs(10);
/// How long those who wait wait between two looks at what is free.
const LOOK: Duration = Duration::from_millis(20);

/// Lets everyone in, until all is sold, or nobody is left to sell to.
pub(super) async fn let_in(crowd: &Rc<Crowd>) {
    let began = Instant::now();
    crowd.books.borrow_mut().began = began;
    newcomers(crowd, began).await;
    while !crowd.door.is_empty() {
        tokio::time::sleep(TICK).await;
    }
    crowd.books.borrow_mut().end_rush();
    returners(crowd, began).await;
}

async fn newcomers(crowd: &Crowd, began: Instant) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut pace, mut last, mut buyer) = (Pace::new(crowd.plan.stock), began, 0);
    let mut calm = true;
    while buyer < crowd.plan.buyers {
        ticks.tick().await;
        let now = Instant::now();
        calm = calm && is_calm(crowd, began);
        // A shop that sells faster than it can take payments would see its holds expire: then the door stays shut.
        let room = if crowd.desk.is_overrun() { 0 } else { crowd.door.room() };
        let due = pace.due(now - last, calm).min(room);
        last = now;
        for _ in 0..due {
            if buyer < crowd.plan.buyers {
                crowd.progress.arrived.add(1);
                crowd.begin();
                crowd.door.enter(Visit::first(buyer));
                buyer += 1;
            }
        }
    }
}

/// The rush begins with the kill, so that the kill finds units free, holds live and payments under way; without one, or
/// if the stock is nearly gone, it begins all the same.
fn is_calm(crowd: &Crowd, began: Instant) -> bool {
    let longest = if crowd.plan.kill { CALM_MAX } else { CALM };
    let plenty = crowd.progress.free(crowd.plan.stock) * 5 > i64::from(crowd.plan.stock);
    plenty && !crowd.outage.has_begun() && began.elapsed() < longest
}

/// Those who were told that units may come back: as many at a time as there are units free, and as many again.
async fn returners(crowd: &Crowd, began: Instant) {
    while began.elapsed() < crate::demo::plan::Plan::SALE_MAX {
        tokio::time::sleep(LOOK).await;
        let sold_out = crowd.progress.sold.get() >= i64::from(crowd.plan.stock);
        let nobody_left = crowd.waiting.borrow().is_empty();
        if crowd.is_idle() && (sold_out || nobody_left) {
            return;
        }
        let free = crowd.progress.free(crowd.plan.stock);
        let wanted = usize::try_from(free.max(0) * 2).unwrap_or(0).min(crowd.door.room());
        let back: Vec<Visit> = {
            let mut waiting = crowd.waiting.borrow_mut();
            let count = wanted.min(waiting.len());
            waiting.drain(..count).collect()
        };
        for visit in back {
            crowd.begin();
            crowd.door.enter(visit);
        }
    }
}

/// How many come in a time.
struct Pace {
    calm: f64,
    /// For how long the rush has been growing.
    rushing: f64,
    /// What of a newcomer is due already.
    part: f64,
}

impl Pace {
    /// Calm is two stocks in a second.
    fn new(stock: u32) -> Pace {
        Pace { calm: f64::from(stock.clamp(10, 5_000) * 2), rushing: 0.0, part: 0.0 }
    }

    fn due(&mut self, time: Duration, calm: bool) -> usize {
        let seconds = time.as_secs_f64();
        if !calm {
            self.rushing += seconds;
        }
        let grown = (self.rushing / RAMP_SECONDS).min(1.0);
        let rate = self.calm + (PEAK - self.calm).max(0.0) * grown * grown;
        let due = self.part + rate * seconds;
        self.part = due.fract();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small number, not negative"
        )]
        let whole = due as usize;
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_two_stocks_a_second_and_then_grows_to_the_peak() {
        let mut pace = Pace::new(100);
        let second = |pace: &mut Pace, calm| (0..1_000).map(|_| pace.due(TICK, calm)).sum::<usize>();
        assert!((199..=201).contains(&second(&mut pace, true)));
        assert!((30_000..40_000).contains(&second(&mut pace, false)));
        assert!((59_000..=60_000).contains(&second(&mut pace, false)));
    }
}
