//! The judge: what a verdict means for a task.

use engine::LogTime;
use engine::vocabulary::saga::{Step, Task};

use super::alarm::Trouble;
use super::course::{Course, Look, Refusal};
use super::ruling::Ruling;
use super::{intent, refund, word};
use crate::client::{Endpoint, Object, Retry, Verdict};

/// What it takes to rule. Nothing here waits or calls; the course learns, and troubles are noted.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    pub(super) task: &'a Task,
    pub(super) course: &'a mut Course,
    pub(super) now: LogTime,
    pub(super) troubles: Vec<Trouble>,
}

impl Judge<'_> {
    /// Rules on what `endpoint` answered.
    pub(super) fn rule(&mut self, endpoint: Endpoint, verdict: Verdict) -> Ruling {
        let looked = is_look(endpoint);
        match verdict {
            Verdict::Retry(retry) => self.retry(&retry),
            Verdict::Spent { status } => self.spent(looked, status),
            Verdict::Done(object) => self.done(looked, object),
            Verdict::Refused(refused) if looked => self.lost(refused.failure.word()),
            Verdict::Declined(decline) if looked => self.lost(&decline.code),
            Verdict::Refused(refused) => {
                if self.is_about_money_back() {
                    refund::refused(self, refused.failure.word())
                } else {
                    intent::refused(self, refused.failure.word())
                }
            }
            Verdict::Declined(decline) => {
                if self.is_about_money_back() {
                    refund::refused(self, &decline.code)
                } else {
                    intent::declined(self, &decline.code, decline.intent.as_deref())
                }
            }
        }
    }

    fn done(&mut self, looked: bool, object: Object) -> Ruling {
        match object {
            Object::Intent(intent) if self.is_about_money_back() => refund::taken(self, &intent),
            Object::Intent(intent) => intent::done(self, looked, &intent),
            Object::Refund(refund) => refund::done(self, &refund),
            Object::Refunds(page) => refund::listed(self, page),
            Object::Intents(_) => self.unusable("a list of intents, which no task asks for"),
        }
    }

    fn retry(&mut self, retry: &Retry) -> Ruling {
        if retry.reason.needs_an_operator() {
            self.troubles.push(Trouble::NotCallable(retry.reason.name()));
        }
        self.course.forget_look();
        Ruling::Again(retry.after)
    }

    /// Nothing more comes of the key. What came of it already is seen by looking, and then the next key's turn is.
    fn spent(&mut self, looked: bool, status: u16) -> Ruling {
        if status < 500 {
            self.troubles.push(Trouble::Refused("idempotency_error".to_owned()));
        }
        if looked {
            return Ruling::Again(None);
        }
        self.course.spent = self.course.spent.saturating_add(1);
        self.course.look_first();
        if matches!(self.task.step, Step::Create { .. }) {
            return Ruling::Again(None);
        }
        self.course.wait = true;
        Ruling::GoOn
    }

    /// The provider does not show an object that was there: perhaps a wrong key. Nothing follows for the payment.
    fn lost(&mut self, word: &str) -> Ruling {
        self.troubles.push(Trouble::Refused(word.to_owned()));
        self.course.forget_look();
        Ruling::Again(None)
    }

    /// What the provider says cannot be used.
    pub(super) fn unusable(&mut self, what: &'static str) -> Ruling {
        self.troubles.push(Trouble::Unusable(what));
        self.course.look_first();
        Ruling::Again(None)
    }

    /// The step was refused: what is true now is seen by looking.
    pub(super) fn look_why(&mut self, word: &str, is_final: bool) -> Ruling {
        self.course.refusal = Some(Refusal { code: word::code(word), is_final });
        self.course.look_first();
        Ruling::GoOn
    }

    /// The look allows to do what the task says; after a wait, if it was done just now and did not do.
    pub(super) fn act(&mut self) -> Ruling {
        self.course.look = Look::Done;
        self.course.refusal = None;
        if std::mem::take(&mut self.course.wait) { Ruling::Again(None) } else { Ruling::GoOn }
    }

    fn is_about_money_back(&self) -> bool {
        matches!(self.task.step, Step::Compensate { .. } | Step::Refund { .. } | Step::Recheck { .. })
    }
}

fn is_look(endpoint: Endpoint) -> bool {
    matches!(endpoint, Endpoint::GetIntent | Endpoint::GetRefund | Endpoint::ListRefunds)
}
