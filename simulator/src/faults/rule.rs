//! Rules: when a fault strikes.

use std::collections::HashMap;

use super::dice::throw;
use super::fault::{Fault, Notice};
use super::script::Script;

/// What a request is about to do, as scripts name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Confirm,
    Capture,
    Cancel,
    Update,
    Retrieve,
    List,
    Refund,
    RetrieveRefund,
    ListRefunds,
    /// Anything else.
    Other,
}

impl Verb {
    /// Every verb with its word.
    pub(super) const ALL: &'static [(&'static str, Verb)] = &[
        ("create", Verb::Create),
        ("confirm", Verb::Confirm),
        ("capture", Verb::Capture),
        ("cancel", Verb::Cancel),
        ("update", Verb::Update),
        ("retrieve", Verb::Retrieve),
        ("list", Verb::List),
        ("refund", Verb::Refund),
        ("retrieve_refund", Verb::RetrieveRefund),
        ("list_refunds", Verb::ListRefunds),
        ("other", Verb::Other),
    ];
}

/// A request, as rules see it.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) account: String,
    pub(crate) verb: Verb,
    /// It creates and confirms at once, so it counts as both.
    pub(crate) confirms: bool,
    /// The number of the intent that it is about; of a new one the number it is promised.
    pub(crate) order: Option<u64>,
    /// It will be answered from memory.
    pub(crate) replay: bool,
}

/// What a rule brings about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    Request(Fault),
    Notice(Notice),
}

/// When a rule strikes. What is not said does not matter; what is said must hold.
#[derive(Clone, Debug, Default)]
pub(super) struct When {
    pub(super) account: Option<String>,
    pub(super) verb: Option<Verb>,
    pub(super) order: Option<u64>,
    pub(super) every_order: Option<u64>,
    pub(super) event: Option<String>,
    pub(super) nth: Option<u64>,
    pub(super) every: Option<u64>,
    pub(super) probability: Option<f64>,
    pub(super) times: Option<u64>,
    pub(super) times_per_order: Option<u64>,
}

/// A rule, and how often it was looked at.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) when: When,
    pub(super) effect: Effect,
    seen: u64,
    struck: u64,
    struck_orders: HashMap<u64, u64>,
}

impl Rule {
    pub(super) fn new(when: When, effect: Effect) -> Rule {
        Rule { when, effect, seen: 0, struck: 0, struck_orders: HashMap::new() }
    }

    /// Counts a request that fits, and says whether the fault strikes it.
    fn strikes(&mut self, seed: u64, number: u64, order: Option<u64>) -> bool {
        self.seen += 1;
        let when = &self.when;
        let spared = when.nth.is_some_and(|nth| nth != self.seen)
            || when.every.is_some_and(|every| !self.seen.is_multiple_of(every))
            || when.times.is_some_and(|times| self.struck >= times)
            || when.probability.is_some_and(|chance| throw(seed, number, self.seen) >= chance);
        if spared {
            return false;
        }
        if let (Some(times), Some(order)) = (when.times_per_order, order) {
            let struck = self.struck_orders.entry(order).or_default();
            if *struck >= times {
                return false;
            }
            *struck += 1;
        }
        self.struck += 1;
        true
    }

    fn fits(&self, account: &str, order: Option<u64>) -> bool {
        let when = &self.when;
        when.account.as_deref().is_none_or(|wanted| wanted == account)
            && when.order.is_none_or(|wanted| order == Some(wanted))
            && when.every_order.is_none_or(|every| order.is_some_and(|order| order.is_multiple_of(every)))
    }

    fn fits_request(&self, point: &Point, fault: &Fault) -> bool {
        self.fits(&point.account, point.order)
            && (!point.replay || fault.is_transport())
            && self.when.verb.is_none_or(|verb| verb == point.verb || verb == Verb::Confirm && point.confirms)
    }

    fn fits_event(&self, account: &str, kind: &str, order: u64) -> bool {
        let named = self.when.event.as_deref().is_none_or(|pattern| match pattern.strip_suffix('*') {
            Some(beginning) => kind.starts_with(beginning),
            None => kind == pattern,
        });
        named && self.fits(account, Some(order))
    }
}

/// The faults of one simulator. Counts begin anew at every start.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    seed: u64,
    rules: Vec<Rule>,
}

impl Faults {
    pub(crate) fn new(script: Script, seed: u64) -> Faults {
        Faults { seed: script.seed().unwrap_or(seed), rules: script.into_rules() }
    }

    /// What becomes of this request: the first rule that strikes.
    pub(crate) fn draw(&mut self, point: &Point) -> Option<Fault> {
        let seed = self.seed;
        (1..).zip(&mut self.rules).find_map(|(number, rule)| {
            let Effect::Request(fault) = rule.effect.clone() else { return None };
            (rule.fits_request(point, &fault) && rule.strikes(seed, number, point.order)).then_some(fault)
        })
    }

    /// What becomes of an event's delivery to one endpoint.
    pub(crate) fn draw_notice(&mut self, account: &str, kind: &str, order: u64) -> Option<Notice> {
        let seed = self.seed;
        (1..).zip(&mut self.rules).find_map(|(number, rule)| {
            let Effect::Notice(notice) = rule.effect else { return None };
            (rule.fits_event(account, kind, order) && rule.strikes(seed, number, Some(order)))
                .then_some(notice)
        })
    }

    /// How often each rule has struck, in the script's order.
    pub(crate) fn struck(&self) -> Vec<u64> {
        self.rules.iter().map(|rule| rule.struck).collect()
    }
}
