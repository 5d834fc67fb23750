//! One step: the changes that one request, or one thing that fell due, makes together.

use super::account::AccountBook;
use super::change::{Change, Entry};
use super::delivery::Delivery;
use super::orders::Orders;
use crate::faults::{Faults, Notice, Twist};
use crate::id;
use crate::object::charge::Charge;
use crate::object::endpoint::Endpoint;
use crate::object::event::{Event, Snapshot};
use crate::object::intent::Intent;
use crate::object::method::Method;
use crate::object::refund::Refund;
use crate::version::API_VERSION;

/// How many deliveries one account may owe. Beyond, events are kept and not sent: an endpoint that never answers must
/// not fill the memory.
const OWED_MAX: usize = 100_000;

/// Numbers that the whole simulator counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters {
    /// The last serial number given out.
    pub(crate) serial: u64,
    pub(crate) orders: Orders,
}

/// On whose behalf a step is made.
#[derive(Clone, Debug)]
pub(crate) struct Writ {
    /// Milliseconds of the simulator's clock.
    pub(crate) now: i64,
    pub(crate) seed: u64,
    /// The request, if it is one.
    pub(crate) request: Option<String>,
    pub(crate) key: Option<String>,
    /// The number that was promised to the intent that it makes.
    pub(crate) order: Option<u64>,
    /// What a fault makes of it.
    pub(crate) twist: Option<Twist>,
    /// Where this simulator is reached: what pages' addresses begin with.
    pub(crate) base: String,
}

/// A step under way. Changes are visible in the books at once; the ledger gets them when it ends.
pub(crate) struct Step<'a> {
    pub(crate) book: &'a mut AccountBook,
    pub(crate) writ: &'a Writ,
    counters: &'a mut Counters,
    faults: &'a mut Faults,
    changes: Vec<Change>,
}

impl<'a> Step<'a> {
    pub(crate) fn new(
        book: &'a mut AccountBook,
        counters: &'a mut Counters,
        faults: &'a mut Faults,
        writ: &'a Writ,
    ) -> Step<'a> {
        Step { book, writ, counters, faults, changes: Vec::new() }
    }

    /// Seconds since the Unix epoch.
    pub(crate) fn seconds(&self) -> i64 {
        self.writ.now.div_euclid(1_000)
    }

    /// A new serial number and the id that goes with it.
    pub(crate) fn mint(&mut self, prefix: &str) -> (String, u64) {
        self.counters.serial += 1;
        (id::object(prefix, self.writ.seed, self.counters.serial), self.counters.serial)
    }

    /// The last serial number that was given out.
    pub(crate) fn serial(&self) -> u64 {
        self.counters.serial
    }

    /// The number of the intent that this step makes.
    pub(crate) fn order(&mut self) -> u64 {
        let number = self.writ.order.expect("whoever makes an intent was promised a number");
        self.counters.orders.give(number);
        number
    }

    pub(crate) fn put_intent(&mut self, intent: Intent) {
        self.put(Change::Intent(Box::new(intent)));
    }

    pub(crate) fn put_charge(&mut self, charge: Charge) {
        self.put(Change::Charge(Box::new(charge)));
    }

    pub(crate) fn put_refund(&mut self, refund: Refund) {
        self.put(Change::Refund(Box::new(refund)));
    }

    pub(crate) fn put_endpoint(&mut self, endpoint: Endpoint) {
        self.put(Change::Endpoint(Box::new(endpoint)));
    }

    pub(crate) fn put_method(&mut self, method: Method) {
        self.put(Change::Method(Box::new(method)));
    }

    pub(crate) fn put(&mut self, change: Change) {
        self.changes.push(change.clone());
        self.book.apply(change);
    }

    /// Makes an event of what just happened, and owes it to those who want it.
    pub(crate) fn emit(&mut self, kind: &str, object: Snapshot) {
        let order = self.order_of(&object);
        let (id, serial) = self.mint("evt");
        let event = Event {
            id: id.clone(),
            serial,
            created: self.seconds(),
            kind: kind.to_owned(),
            api_version: API_VERSION.to_owned(),
            request: self.writ.request.clone(),
            idempotency_key: self.writ.key.clone(),
            object,
        };
        self.put(Change::Event(Box::new(event)));
        let wanted = self.book.endpoints.rows().iter().filter(|endpoint| endpoint.wants(kind));
        let endpoints: Vec<String> = wanted.map(|endpoint| endpoint.id.clone()).collect();
        for endpoint in endpoints {
            self.owe(kind, &id, &endpoint, order);
        }
    }

    fn owe(&mut self, kind: &str, event: &str, endpoint: &str, order: u64) {
        let (copies, delay) = match self.faults.draw_notice(&self.book.id, kind, order) {
            None => (1, 0),
            Some(Notice::Drop) => (0, 0),
            Some(Notice::Duplicate { copies }) => (copies, 0),
            Some(Notice::Delay { ms }) => (1, ms),
        };
        for _ in 0..copies {
            if self.book.deliveries.len() >= OWED_MAX {
                tracing::warn!(event, endpoint, "too many webhook deliveries are owed: this one is not sent");
                return;
            }
            self.counters.serial += 1;
            let due = self.writ.now.saturating_add(delay);
            self.put(Change::Delivery(Delivery {
                serial: self.counters.serial,
                event: event.to_owned(),
                endpoint: endpoint.to_owned(),
                failures: 0,
                since: due,
                due,
            }));
        }
    }

    fn order_of(&self, object: &Snapshot) -> u64 {
        let intent = match object {
            Snapshot::Intent(intent) => return intent.order,
            Snapshot::Charge(charge) => &charge.intent,
            Snapshot::Refund(refund) => &refund.intent,
        };
        self.book.intents.get(intent).map_or(0, |intent| intent.order)
    }

    /// What the ledger is to keep; `None` if nothing changed.
    pub(crate) fn end(self) -> Option<Entry> {
        (!self.changes.is_empty()).then(|| Entry {
            account: self.book.id.clone(),
            at: self.writ.now,
            serial: self.counters.serial,
            orders: self.counters.orders.last(),
            changes: self.changes,
        })
    }
}
