//! Marks: what a definite yes must have left in the log.

use engine::{AdjustmentId, Answer, Command, Done, RefundId, ReservationId};

use super::attempt::wanted;

/// What was done, by what it is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    Reserved(ReservationId),
    Cancelled(ReservationId),
    Confirmed(ReservationId),
    /// A try to pay by the provider began.
    Paying(ReservationId, u8),
    Refunded(RefundId),
    Adjusted(AdjustmentId),
}

impl Mark {
    /// What a command left that came to this.
    pub(super) fn left(command: &Command, done: &Done) -> Option<Mark> {
        if let Some(reserve) = wanted(command) {
            return Some(Mark::Reserved(reserve.reservation));
        }
        match done {
            Done::Cancelled(id) => Some(Mark::Cancelled(*id)),
            Done::Confirmed(id) => Some(Mark::Confirmed(*id)),
            Done::PaymentBegun { reservation, attempt } => Some(Mark::Paying(*reservation, *attempt)),
            Done::Refunded(id) | Done::RefundBegun(id) => Some(Mark::Refunded(*id)),
            Done::Adjusted(adjustment) => Some(Mark::Adjusted(adjustment.id)),
            _ => None,
        }
    }

    /// What whoever asked was told was done.
    pub(super) fn told(command: &Command, answer: &Answer) -> Option<Mark> {
        match (command, answer) {
            (Command::Reserve(_) | Command::Purchase(_), Answer::Reservation(view)) => {
                Some(Mark::Reserved(view.id))
            }
            (Command::Cancel(_), Answer::Reservation(view)) => Some(Mark::Cancelled(view.id)),
            (Command::Confirm(_), Answer::Reservation(view)) => Some(Mark::Confirmed(view.id)),
            (Command::Pay(_), Answer::Reservation(view)) => {
                let attempt = view.payment.as_ref().map_or(0, |payment| payment.attempt);
                Some(Mark::Paying(view.id, attempt))
            }
            (Command::Refund(_), Answer::Refund(view)) => Some(Mark::Refunded(view.id)),
            (Command::AdjustStock(_), Answer::Adjustment(adjustment)) => Some(Mark::Adjusted(adjustment.id)),
            _ => None,
        }
    }
}
