//! What becomes of a hold: its buyer decides, and the demo, acting as the shop, takes the payment.

use std::rc::Rc;
use std::time::Duration;

use tokio::time::sleep;

use super::buyer::{Fate, Visit};
use super::connection::Answer;
use super::crowd::Crowd;
use super::errand::{Errand, Errands};
use super::hold::{End, Hold};
use super::plan::Plan;

/// How long after its time an abandoned hold is surely over: log time may be late by a second.
const LATE: Duration = Duration::from_millis(200);

/// Sees to a hold until its end.
pub(super) async fn see_to(crowd: Rc<Crowd>, visit: Visit, reservation: String) {
    let sale = Sale { crowd: &crowd, visit, reservation };
    let end = match visit.fate(crowd.plan.seed) {
        Fate::Abandons => {
            sleep(Plan::HOLD + LATE).await;
            End::Expired
        }
        Fate::GivesBack { thinks, pays } => sale.give_back(thinks, pays).await,
        Fate::Buys { thinks, pays } => sale.buy(thinks, pays).await,
    };
    let hold = Hold { reservation: sale.reservation, buyer: visit.id(), end };
    crowd.progress.held.add(-1);
    match hold.end {
        End::Paid { .. } => crowd.progress.sold.add(1),
        // Who wanted to pay and was too late comes back.
        End::TooLate => crowd.waiting.borrow_mut().extend(visit.again()),
        End::Expired | End::Cancelled | End::Unknown => {}
    }
    crowd.books.borrow_mut().holds.push(hold);
    crowd.end();
}

/// A hold in the hands of its buyer and the shop.
struct Sale<'c> {
    crowd: &'c Crowd,
    visit: Visit,
    reservation: String,
}

impl Sale<'_> {
    async fn buy(&self, thinks: Duration, pays: Duration) -> End {
        sleep(thinks).await;
        if let Err(end) = self.step(Errands::checkout).await {
            return end;
        }
        self.crowd.progress.paying.add(1);
        sleep(pays).await;
        let confirmed = self.step(Errands::confirm).await;
        self.crowd.progress.paying.add(-1);
        match confirmed {
            Err(end) => end,
            Ok(answer) => End::Paid { order: answer.word("order_id").unwrap_or_default().to_owned() },
        }
    }

    async fn give_back(&self, thinks: Duration, pays: Duration) -> End {
        sleep(thinks).await;
        if let Err(end) = self.step(Errands::checkout).await {
            return end;
        }
        self.crowd.progress.paying.add(1);
        sleep(pays).await;
        let released = self.step(Errands::release).await;
        self.crowd.progress.paying.add(-1);
        // The hold may have ended while the payment was under way: then giving it up ends the hold.
        match released {
            Err(end) => end,
            Ok(answer) if answer.word("status") == Some("expired") => End::Expired,
            Ok(_) => self.cancel().await,
        }
    }

    async fn cancel(&self) -> End {
        let errand = self.crowd.errands.cancel(self.visit, &self.reservation);
        match self.crowd.desk.settle(&errand).await.outcome {
            Ok(answer) if answer.status == 200 => match answer.word("status") {
                Some("expired") => End::Expired,
                _ => End::Cancelled,
            },
            other => end_of(other.ok()),
        }
    }

    async fn step(&self, step: fn(&Errands, Visit, &str) -> Errand) -> Result<Answer, End> {
        let errand = step(&self.crowd.errands, self.visit, &self.reservation);
        match self.crowd.desk.settle(&errand).await.outcome {
            Ok(answer) if answer.status == 200 => Ok(answer),
            other => Err(end_of(other.ok())),
        }
    }
}

/// The end of a hold whose next step was refused.
fn end_of(answer: Option<Answer>) -> End {
    match answer {
        None => End::Unknown,
        Some(answer) if answer.word("code") == Some("reservation_expired") => End::TooLate,
        Some(answer) if answer.word("current_status") == Some("expired") => End::TooLate,
        Some(answer) => {
            tracing::warn!(status = answer.status, body = ?answer.body, "a step that should do was refused");
            End::Unknown
        }
    }
}
