//! The books of one account.

use std::collections::{BTreeSet, HashMap};

use super::change::Change;
use super::delivery::Delivery;
use super::due::Due;
use super::shelf::Shelf;
use crate::idempotency::Keys;
use crate::object::charge::Charge;
use crate::object::endpoint::Endpoint;
use crate::object::event::Event;
use crate::object::intent::{Intent, IntentStatus};
use crate::object::method::Method;
use crate::object::refund::Refund;

/// What an account has.
#[derive(Debug, Default)]
pub(crate) struct AccountBook {
    pub(crate) id: String,
    pub(crate) intents: Shelf<Intent>,
    pub(crate) charges: Shelf<Charge>,
    pub(crate) refunds: Shelf<Refund>,
    pub(crate) events: Shelf<Event>,
    pub(crate) endpoints: Shelf<Endpoint>,
    pub(crate) methods: Shelf<Method>,
    pub(crate) keys: Keys,
    pub(crate) deliveries: HashMap<u64, Delivery>,
    /// How many deliveries of an event are owed.
    owed: HashMap<String, u64>,
    /// What settles itself, and when. An item counts only if its object still says so.
    pub(crate) agenda: BTreeSet<(i64, Due)>,
    /// When which delivery is to be tried; one that is under way is not in it. An item counts as above.
    pub(crate) post: BTreeSet<(i64, u64)>,
}

impl AccountBook {
    pub(crate) fn new(id: &str) -> AccountBook {
        AccountBook { id: id.to_owned(), ..AccountBook::default() }
    }

    /// Applies a change, whether it is made now or read from the ledger.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Intent(intent) => {
                self.intents.put(*intent);
            }
            Change::Charge(charge) => {
                if let Some(before) = charge.capture_before.filter(|_| !charge.captured && !charge.expired) {
                    self.agenda.insert((before.saturating_mul(1_000), Due::Hold(charge.intent.clone())));
                }
                self.charges.put(*charge);
            }
            Change::Refund(refund) => {
                if let Some(fate) = refund.fate {
                    self.agenda.insert((fate.at, Due::Refund(refund.id.clone())));
                }
                self.refunds.put(*refund);
            }
            Change::Event(event) => self.events.put(*event),
            Change::Endpoint(endpoint) => self.endpoints.put(*endpoint),
            Change::Method(method) => self.methods.put(*method),
            Change::Key(record) => self.keys.remember(*record),
            Change::Delivery(delivery) => self.owe(delivery),
            Change::Delivered(serial) => self.settle_delivery(serial),
        }
    }

    /// How many deliveries of this event are still owed.
    pub(crate) fn pending_webhooks(&self, event: &str) -> u64 {
        self.owed.get(event).copied().unwrap_or(0)
    }

    /// When the hold of an intent ends by itself, if it has one.
    pub(crate) fn hold_ends(&self, intent: &str) -> Option<i64> {
        let intent =
            self.intents.get(intent).filter(|intent| intent.status == IntentStatus::RequiresCapture)?;
        let charge = self.charges.get(intent.latest_charge.as_deref()?)?;
        Some(charge.capture_before?.saturating_mul(1_000))
    }

    fn owe(&mut self, delivery: Delivery) {
        self.post.insert((delivery.due, delivery.serial));
        let event = delivery.event.clone();
        if self.deliveries.insert(delivery.serial, delivery).is_none() {
            *self.owed.entry(event).or_default() += 1;
        }
    }

    fn settle_delivery(&mut self, serial: u64) {
        let Some(delivery) = self.deliveries.remove(&serial) else { return };
        if let Some(owed) = self.owed.get_mut(&delivery.event) {
            *owed -= 1;
            if *owed == 0 {
                self.owed.remove(&delivery.event);
            }
        }
    }
}
