//! What a finding about a try leads to, row by row as the table of `engine/src/shard/saga/mod.rs` has it.

use engine::saga::Finding;
use engine::view::PaymentError;
use engine::{DeclineCode, IntentId, ProviderRefundId};

use super::tries::{Stage, Try};

/// What a finding leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leads {
    /// It does not fit.
    Refused,
    /// No news.
    Nowhere,
    /// The try moves on, and nothing else does.
    To(Stage),
    /// The intent is recorded.
    Created(IntentId),
    /// The try comes to nothing, and a reservation that waits for it leaves payment.
    Leaves(Stage, Option<PaymentError>),
    /// The order is made, or the payment is undone if it cannot be.
    Order(Stage),
    /// The money of the order is taken.
    Taken,
    /// The money of the order cannot be taken: it is cancelled.
    Untaken(Stage, DeclineCode),
    /// The provider's refund of money that is to go back.
    Made(ProviderRefundId),
    /// Money that is to go back is back.
    Back,
    /// It did not go back, and must be given back once more.
    Again,
}

impl Leads {
    /// The table.
    pub(crate) fn of(one: &Try, finding: &Finding) -> Leads {
        let is_its = matches!(finding, Finding::Created(intent) if one.intent.as_ref() == Some(intent));
        if is_its || *finding == Finding::Unchanged {
            return Leads::Nowhere;
        }
        match one.stage {
            Stage::Queued => queued(finding),
            Stage::Begun => begun(finding),
            Stage::Created | Stage::Processing | Stage::RequiresAction => confirmed(finding),
            Stage::Authorized => authorized(finding),
            Stage::Captured => no_news_if(matches!(finding, Finding::Captured)),
            Stage::Cancelling => cancelling(finding),
            Stage::Declined => given_up(finding, Leads::To(Stage::Unsettled)),
            Stage::Unsettled => given_up(finding, Leads::Nowhere),
            Stage::Compensating => compensating(one, finding),
            Stage::Dead => dead(one, finding),
        }
    }
}

fn queued(finding: &Finding) -> Leads {
    match finding {
        Finding::Begun => Leads::To(Stage::Begun),
        Finding::Rejected(code) => declined(Stage::Dead, code),
        _ => Leads::Refused,
    }
}

fn begun(finding: &Finding) -> Leads {
    match finding {
        Finding::Created(intent) => Leads::Created(intent.clone()),
        Finding::Rejected(code) | Finding::Declined(code) => declined(Stage::Dead, code),
        _ => Leads::Refused,
    }
}

fn confirmed(finding: &Finding) -> Leads {
    match finding {
        Finding::Rejected(code) | Finding::Declined(code) => declined(Stage::Declined, code),
        Finding::ActionRequired(_) => Leads::To(Stage::RequiresAction),
        Finding::Processing => Leads::To(Stage::Processing),
        Finding::Authorized { .. } => Leads::Order(Stage::Authorized),
        Finding::Captured => Leads::Order(Stage::Captured),
        Finding::Cancelled => Leads::Leaves(Stage::Dead, Some(PaymentError::Cancelled)),
        _ => Leads::Refused,
    }
}

fn authorized(finding: &Finding) -> Leads {
    match finding {
        Finding::Authorized { .. } => Leads::Nowhere,
        Finding::Cancelled => Leads::Untaken(Stage::Dead, "canceled".parse().expect("well formed")),
        Finding::Captured => Leads::Taken,
        Finding::CaptureFailed(code) => Leads::Untaken(Stage::Unsettled, code.clone()),
        _ => Leads::Refused,
    }
}

fn cancelling(finding: &Finding) -> Leads {
    match finding {
        Finding::Authorized { .. } => Leads::Nowhere,
        Finding::Cancelled => Leads::Leaves(Stage::Dead, Some(PaymentError::Cancelled)),
        Finding::Captured => Leads::To(Stage::Compensating),
        _ => Leads::Refused,
    }
}

/// Nobody waits for it any more, and it is being cancelled.
fn given_up(finding: &Finding, on_authorized: Leads) -> Leads {
    match finding {
        Finding::Authorized { .. } => on_authorized,
        Finding::Cancelled => Leads::To(Stage::Dead),
        Finding::Captured => Leads::To(Stage::Compensating),
        _ => Leads::Refused,
    }
}

fn compensating(one: &Try, finding: &Finding) -> Leads {
    match finding {
        Finding::Captured => Leads::Nowhere,
        Finding::CompensationMade(made) if one.compensation.is_none() => Leads::Made(made.clone()),
        Finding::CompensationMade(made) => no_news_if(one.compensation.as_ref() == Some(made)),
        // Nothing can have arrived before it is on record.
        Finding::Compensated if one.compensation.is_some() => Leads::Back,
        Finding::CompensationFailed(_) => Leads::Again,
        _ => Leads::Refused,
    }
}

/// Without an intent nothing was ever confirmed, and whatever is found is refused.
fn dead(one: &Try, finding: &Finding) -> Leads {
    match finding {
        _ if one.intent.is_none() => Leads::Refused,
        Finding::Authorized { .. } => Leads::To(Stage::Unsettled),
        Finding::Cancelled => Leads::Nowhere,
        Finding::Captured => Leads::To(Stage::Compensating),
        Finding::Compensated => no_news_if(one.compensation.is_some()),
        Finding::CompensationFailed(_) if one.compensation.is_some() => Leads::Again,
        _ => Leads::Refused,
    }
}

fn declined(stage: Stage, code: &DeclineCode) -> Leads {
    Leads::Leaves(stage, Some(PaymentError::Declined(code.clone())))
}

fn no_news_if(is_known: bool) -> Leads {
    if is_known { Leads::Nowhere } else { Leads::Refused }
}
