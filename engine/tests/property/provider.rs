//! A provider that keeps its own books, does what it is asked to with whatever luck, and cannot be asked back.

use std::collections::BTreeMap;

use engine::saga::{Finding, Report, Step, Task};
use engine::{IntentId, ProviderRefundId};

/// How an intent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    Open,
    Working,
    Held,
    Taken,
    Dead,
}

/// The provider's books. What is asked for twice under one key is done once.
#[derive(Default)]
pub(crate) struct Provider {
    pub(crate) intents: BTreeMap<IntentId, (Intent, u64)>,
    /// By the key they were asked for with: of which intent, how much, and once it is known whether it failed.
    pub(crate) refunds: BTreeMap<String, (IntentId, u64, Option<bool>)>,
}

impl Provider {
    /// Does a task with some luck: 0 is the best. Tells what a caller who was not cut off would report.
    pub(crate) fn carry_out(&mut self, task: &Task, luck: u8) -> Report {
        let finding = match &task.step {
            Step::Begin => Finding::Begun,
            Step::Create { .. } => self.create(task),
            Step::Confirm { intent, .. } => self.confirm(intent, luck),
            Step::Watch { intent } => self.watch(intent, luck),
            Step::Capture { intent, .. } => self.capture(intent, luck),
            Step::Cancel { intent } => self.cancel(intent, luck),
            Step::Compensate { intent, made } => {
                let amount = task.price.amount;
                match made {
                    None => {
                        let good = self
                            .refunds
                            .iter()
                            .find(|(_, (of, _, failed))| of == intent && *failed != Some(true));
                        let key = good.map_or(format!("{intent}/{}", task.since.0), |(key, _)| key.clone());
                        Finding::CompensationMade(self.give_back(key, intent, amount))
                    }
                    Some(made) if self.fails(made, luck) => Finding::CompensationFailed(code("bad_luck")),
                    Some(_) => Finding::Compensated,
                }
            }
            Step::Refund { refund, intent, amount, made } => match made {
                None => Finding::RefundMade(*refund, self.give_back(refund.to_string(), intent, *amount)),
                Some(made) if self.fails(made, luck) => Finding::RefundFailed(*refund, code("bad_luck")),
                Some(_) => Finding::RefundSucceeded(*refund),
            },
            Step::Recheck { made, refund } => match (self.is_returned(made, luck), refund) {
                (false, None) => Finding::Compensated,
                (false, Some(refund)) => Finding::RefundSucceeded(*refund),
                (true, None) => Finding::CompensationFailed(code("bad_luck")),
                (true, Some(refund)) => Finding::RefundFailed(*refund, code("bad_luck")),
            },
        };
        let Task { reservation, attempt, noticed, .. } = *task;
        Report { reservation, attempt, noticed: noticed.unwrap_or(0), finding }
    }

    /// What the provider has of an intent's money.
    pub(crate) fn net(&self, intent: &IntentId) -> u64 {
        let Some(&(Intent::Taken, amount)) = self.intents.get(intent) else { return 0 };
        let back = self.refunds.values().filter(|(of, _, failed)| of == intent && *failed != Some(true));
        amount
            .checked_sub(back.map(|&(_, amount, _)| amount).sum())
            .expect("never more goes back than was taken")
    }

    fn create(&mut self, task: &Task) -> Finding {
        let id =
            format!("pi-{}-{}", task.reservation, task.attempt).parse::<IntentId>().expect("well formed");
        self.intents.entry(id.clone()).or_insert((Intent::Open, task.price.amount));
        Finding::Created(id)
    }

    fn confirm(&mut self, id: &IntentId, luck: u8) -> Finding {
        let intent = self.intent(id);
        if *intent != Intent::Open {
            return self.watch(id, 3);
        }
        match luck % 6 {
            0 | 1 => *intent = Intent::Held,
            2 => return Finding::Declined(code("bad_luck")),
            3 => *intent = Intent::Working,
            4 => {
                *intent = Intent::Working;
                return Finding::ActionRequired("{}".parse().expect("well formed"));
            }
            _ => return Finding::Rejected(code("bad_luck")),
        }
        self.tell(id)
    }

    fn watch(&mut self, id: &IntentId, luck: u8) -> Finding {
        let intent = self.intent(id);
        match (*intent, luck % 6) {
            (Intent::Working, 0 | 1) => *intent = Intent::Held,
            (Intent::Working, 2) => {
                *intent = Intent::Open;
                return Finding::Declined(code("bad_luck"));
            }
            (Intent::Working, 4) => *intent = Intent::Dead,
            _ => {}
        }
        self.tell(id)
    }

    fn capture(&mut self, id: &IntentId, luck: u8) -> Finding {
        let intent = self.intent(id);
        match (*intent, luck % 6) {
            (Intent::Held, 2) => *intent = Intent::Dead,
            (Intent::Held, 3) => return Finding::CaptureFailed(code("so_it_seemed")),
            (Intent::Held, _) => *intent = Intent::Taken,
            _ => {}
        }
        match *intent {
            Intent::Dead => Finding::CaptureFailed(code("expired")),
            _ => self.tell(id),
        }
    }

    /// Sometimes somebody takes the money by hand just before.
    fn cancel(&mut self, id: &IntentId, luck: u8) -> Finding {
        let intent = self.intent(id);
        *intent = match *intent {
            Intent::Taken => Intent::Taken,
            Intent::Held if luck % 6 == 5 => Intent::Taken,
            _ => Intent::Dead,
        };
        self.tell(id)
    }

    fn give_back(&mut self, key: String, intent: &IntentId, amount: u64) -> ProviderRefundId {
        let id = format!("re-{key}").parse().expect("well formed");
        if !self.refunds.contains_key(&key) {
            assert!(amount <= self.net(intent), "the provider is asked for more than it has of {intent}");
            self.refunds.insert(key, (intent.clone(), amount, None));
        }
        id
    }

    fn fails(&mut self, made: &ProviderRefundId, luck: u8) -> bool {
        let key = made.strip_prefix("re-").expect("ours");
        let refund = self.refunds.get_mut(key).expect("only what was made is asked for");
        *refund.2.get_or_insert(luck % 6 == 2)
    }

    /// Whether the bank sends back what had arrived.
    fn is_returned(&mut self, made: &ProviderRefundId, luck: u8) -> bool {
        let key = made.strip_prefix("re-").expect("ours");
        let refund = self.refunds.get_mut(key).expect("only what was made is asked for");
        if luck % 6 == 2 {
            refund.2 = Some(true);
        }
        refund.2 == Some(true)
    }

    fn tell(&mut self, id: &IntentId) -> Finding {
        match self.intent(id) {
            Intent::Open => Finding::Unchanged,
            Intent::Working => Finding::Processing,
            Intent::Held => Finding::Authorized { capture_before: None },
            Intent::Taken => Finding::Captured,
            Intent::Dead => Finding::Cancelled,
        }
    }

    fn intent(&mut self, id: &IntentId) -> &mut Intent {
        &mut self.intents.get_mut(id).expect("only what was created is asked for").0
    }
}

fn code(text: &str) -> engine::DeclineCode {
    text.parse().expect("well formed")
}
