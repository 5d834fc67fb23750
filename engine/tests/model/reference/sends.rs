//! A command on its way through the shop.

use engine::saga::Finding;
use engine::view::{PaymentStatus, PaymentView, ReservationView};
use engine::{Answer, Command, Done, LogTime, Outcome, RefundId, Refusal, Scope};

use super::memory::{meaning, reservation_of};
use super::objections::Objections;
use super::shop::Shop;
use super::tries::Try;

/// A command, and all that it comes with.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// When its batch is to be applied, if that is not in the past.
    pub(crate) now: LogTime,
    pub(crate) rules: u16,
    pub(crate) command: Command,
    pub(crate) key: Option<Scope>,
    pub(crate) not_after: LogTime,
}

impl Shop {
    /// What a command comes to, and what its sender is answered if it is done.
    pub(crate) fn send(&mut self, sent: &Sent) -> (Outcome, Option<Answer>) {
        self.pass(sent.now);
        let founds = matches!(sent.command, Command::Found(_));
        if sent.rules != 1 || !(self.founded || founds) {
            return (Outcome::Refused(Refusal::NotReady), None);
        }
        let mut against = Objections::default();
        if let Some(known) = sent.key.as_ref().and_then(|scope| self.recall(scope)) {
            if known.meaning == meaning(&sent.command) {
                let (done, answer) = (known.done.clone(), known.answer.clone());
                if known.ends_at().0 == self.now.0 + 1 {
                    self.used.push("an answer is told again in its last millisecond".into());
                }
                return (Outcome::Replayed(done), Some(answer));
            }
            against.add(Refusal::KeyReused);
        }
        against.add_if(sent.not_after < self.now, Refusal::TooLate);
        self.against(&sent.command, sent.key.is_some(), &mut against);
        if let Some(refusal) = against.first() {
            return (Outcome::Refused(refusal), None);
        }
        let done = self.carry_out(&sent.command);
        let answer = self.answer(&done);
        if let Some(scope) = &sent.key {
            self.remember(scope, &sent.command, &done, &answer);
        }
        (Outcome::Done(done), Some(answer))
    }

    fn against(&self, command: &Command, has_key: bool, against: &mut Objections) {
        match command {
            Command::Found(_) => {}
            Command::ActivateRules(rules) => {
                against.add_if(rules.version != 1, Refusal::Invalid(engine::Field::Rules));
            }
            Command::PutProduct(put) => self.against_put(put, against),
            Command::PauseProduct(id) | Command::ResumeProduct(id) => {
                self.against_operation(id, false, against)
            }
            Command::ArchiveProduct(id) => self.against_operation(id, true, against),
            Command::AdjustStock(adjust) => self.against_adjustment(adjust, against),
            Command::Reserve(reserve) => self.against_attempt(reserve, false, has_key, against),
            Command::Purchase(purchase) => self.against_attempt(&purchase.reserve, true, has_key, against),
            Command::Cancel(cancel) => self.against_cancel(cancel, against),
            Command::Checkout(checkout) => self.against_checkout(checkout, has_key, against),
            Command::Confirm(confirm) => self.against_confirm(confirm, against),
            Command::Release(release) => self.against_release(release, against),
            Command::Refund(refund) => self.against_refund(refund, has_key, against),
            Command::Pay(pay) => self.against_pay(pay, has_key, against),
            Command::Report(report) => match refund_of(&report.finding) {
                Some(refund) => self.against_refund_report(report, refund, against),
                None => self.against_report(report, against),
            },
            Command::Notice(notice) => self.against_notice(notice, against),
            _ => unreachable!("lanes and the outbox have models of their own"),
        }
    }

    fn carry_out(&mut self, command: &Command) -> Done {
        match command {
            Command::Found(_) => self.founded = true,
            Command::ActivateRules(_) => {}
            Command::PutProduct(put) => return self.put(put),
            Command::PauseProduct(id) => return self.operate(id, |product| product.paused = true),
            Command::ResumeProduct(id) => return self.operate(id, |product| product.paused = false),
            Command::ArchiveProduct(id) => return self.operate(id, |product| product.archived = true),
            Command::AdjustStock(adjust) => return self.adjust(adjust),
            Command::Reserve(reserve) => return self.attempt(reserve, false),
            Command::Purchase(purchase) => return self.attempt(&purchase.reserve, true),
            Command::Cancel(cancel) => return self.cancel(cancel.reservation),
            Command::Checkout(checkout) => return self.checkout(checkout.reservation),
            Command::Confirm(confirm) => return self.confirm(confirm),
            Command::Release(release) => return self.release(release.reservation),
            Command::Refund(refund) => return self.refund(refund),
            Command::Pay(pay) => return self.begin_payment(pay.reservation, Try::new(pay.order)),
            Command::Report(report) => match refund_of(&report.finding) {
                Some(refund) => self.refund_report(&report.finding, refund),
                None => self.report(report),
            },
            Command::Notice(notice) => self.notice(notice),
            _ => unreachable!("lanes and the outbox have models of their own"),
        }
        Done::Internal
    }

    /// What the sender of a command that was done gets to see: the thing as it is now. Only of a payment that came to
    /// nothing before a hold was given back nothing else is told, whatever became known of it since.
    fn answer(&self, done: &Done) -> Answer {
        match done {
            Done::Internal => Answer::Nothing,
            Done::Product { created, product } => Answer::Product(product.clone(), *created),
            Done::Adjusted(adjustment) => Answer::Adjustment(adjustment.clone()),
            Done::Refunded(id) | Done::RefundBegun(id) => Answer::Refund(Box::new(self.refund_view(*id))),
            _ => {
                let id = reservation_of(done).expect("all others are about reservations");
                let view = self.reservation_view(id);
                let payment = view.payment.map(|payment| match done {
                    Done::Cancelled(_) => {
                        Box::new(PaymentView { status: PaymentStatus::Declined, ..*payment })
                    }
                    _ => payment,
                });
                Answer::Reservation(Box::new(ReservationView { payment, ..view }))
            }
        }
    }
}

/// The refund that a finding is about, if it is about one.
pub(crate) fn refund_of(finding: &Finding) -> Option<RefundId> {
    match finding {
        Finding::RefundMade(refund, _)
        | Finding::RefundSucceeded(refund)
        | Finding::RefundFailed(refund, _)
        | Finding::RefundUnchanged(refund) => Some(*refund),
        _ => None,
    }
}
