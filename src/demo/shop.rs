//! What becomes of a hold: its buyer decides.

use std::rc::Rc;
use std::time::Duration;

use tokio::time::sleep;

use super::buyer::{Fate, Visit};
use super::connection::Answer;
use super::crowd::Crowd;
use super::hold::{End, Hold};
use super::payment::Payer;
use super::plan::Plan;
use super::wallet::Wallet;

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
        Fate::GivesBack { thinks } => {
            sleep(thinks).await;
            sale.cancel().await
        }
        Fate::Buys { thinks, dwells, wallet } => {
            sleep(thinks).await;
            sale.buy(dwells, wallet).await
        }
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

/// A hold in the hands of its buyer.
struct Sale<'c> {
    crowd: &'c Crowd,
    visit: Visit,
    reservation: String,
}

impl Sale<'_> {
    /// Whose cards are all declined gives the hold back.
    async fn buy(&self, dwells: Duration, wallet: Wallet) -> End {
        let payer = Payer { crowd: self.crowd, visit: self.visit, reservation: &self.reservation, dwells };
        match payer.pay(wallet).await {
            Some(end) => end,
            None => self.cancel().await,
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
}

/// The end of a hold whose next step was refused.
pub(super) fn end_of(answer: Option<Answer>) -> End {
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
