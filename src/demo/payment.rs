//! A payment, as its buyer goes through it: a card, perhaps the bank's page, perhaps another card.

use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::time::sleep;

use super::buyer::Visit;
use super::connection::Answer;
use super::crowd::Crowd;
use super::hold::End;
use super::wallet::{Card, Wallet};

/// How often a buyer looks how the payment is.
const LOOK_EVERY: Duration = Duration::from_millis(60);
/// How long a buyer looks at most: longer than the cluster takes to make up its mind.
const PATIENCE: Duration = Duration::from_secs(100);

/// A reservation, as far as its buyer looks at it.
#[derive(Debug, Deserialize)]
struct Seen {
    status: String,
    order_id: Option<String>,
    payment: Option<Payment>,
}

#[derive(Debug, Deserialize)]
struct Payment {
    status: String,
    next_action: Option<NextAction>,
}

#[derive(Debug, Deserialize)]
struct NextAction {
    redirect_to_url: Option<Redirect>,
}

#[derive(Debug, Deserialize)]
struct Redirect {
    url: String,
}

/// What came of one card.
enum Tried {
    /// Another may be tried.
    Declined,
    /// It is over.
    Ended(End),
}

/// A buyer who pays.
pub(super) struct Payer<'c> {
    pub(super) crowd: &'c Crowd,
    pub(super) visit: Visit,
    pub(super) reservation: &'c str,
    /// How long the buyer takes on the bank's page.
    pub(super) dwells: Duration,
}

impl Payer<'_> {
    /// Tries one card after the other. Nothing if none did, and the hold is still there.
    pub(super) async fn pay(&self, wallet: Wallet) -> Option<End> {
        for (number, card) in (1..).zip(wallet) {
            self.crowd.progress.paying.add(1);
            let tried = self.attempt(number, card).await;
            self.crowd.progress.paying.add(-1);
            if let Tried::Ended(end) = tried {
                return Some(end);
            }
        }
        None
    }

    async fn attempt(&self, number: u8, card: Card) -> Tried {
        let errand = self.crowd.errands.pay(self.visit, self.reservation, number, card);
        match self.crowd.desk.settle(&errand).await.outcome {
            Ok(answer) if answer.status == 202 => self.watch(card).await,
            other => Tried::Ended(super::shop::end_of(other.ok())),
        }
    }

    /// Looks how the payment is until it has come to something, and does what the bank wants.
    async fn watch(&self, card: Card) -> Tried {
        let (began, mut asked) = (Instant::now(), None);
        while began.elapsed() < PATIENCE {
            sleep(LOOK_EVERY).await;
            let Some(seen) = self.look().await else { continue };
            match (seen.status.as_str(), seen.payment) {
                ("paid", _) => {
                    return Tried::Ended(End::Paid { order: seen.order_id.unwrap_or_default() });
                }
                ("held", _) => return Tried::Declined,
                ("expired", _) => return Tried::Ended(End::TooLate),
                ("paying", Some(Payment { status, next_action: Some(action) }))
                    if status == "requires_action" =>
                {
                    let Some(Redirect { url }) = action.redirect_to_url else { continue };
                    if asked.as_ref() != Some(&url) {
                        self.answer_the_bank(&url, card).await;
                        asked = Some(url);
                    }
                }
                _ => {}
            }
        }
        Tried::Ended(End::Unknown)
    }

    async fn look(&self) -> Option<Seen> {
        let errand = self.crowd.errands.look(self.visit, self.reservation);
        let answer: Answer = self.crowd.desk.settle(&errand).await.outcome.ok()?;
        serde_json::from_slice(&answer.body).ok()
    }

    async fn answer_the_bank(&self, url: &str, card: Card) {
        sleep(self.dwells).await;
        let form = self.crowd.bank.post(url).header("Content-Type", "application/x-www-form-urlencoded");
        if let Err(error) = form.body(card.says()).send().await {
            tracing::warn!(%error, "the bank's page could not be answered");
        }
    }
}
