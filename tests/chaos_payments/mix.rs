//! The mix: all that the provider does wrong, as a fault script. Every fault strikes every step of a payment once for
//! certain, early or late by the seed, and then again and again by chance.

use std::collections::BTreeMap;

use crate::cluster::{Bank, Chance};

/// The steps that change something at the provider, and those that look. How often it is looked is nobody's promise, so
/// that nothing is certain about the latter.
const STEPS: [&str; 5] = ["create", "confirm", "capture", "cancel", "refund"];
const LOOKS: [&str; 3] = ["retrieve", "list_refunds", "retrieve_refund"];

/// What strikes a step: the kind, its options, and how often.
const AILMENTS: [(&str, &str, f64); 11] = [
    ("reset_before", "", 0.02),
    ("reset_after", "", 0.03),
    ("conflict", "", 0.02),
    ("lock_timeout", "", 0.02),
    ("rate_limit", "", 0.01),
    ("error_before", "", 0.02),
    ("error_after", "", 0.03),
    ("delay_before", "milliseconds = 700", 0.02),
    ("delay_after", "milliseconds = 700", 0.02),
    ("stall_before", "milliseconds = 1500", 0.01),
    ("stall_after", "milliseconds = 1500", 0.01),
];
/// Longer than the client waits for an answer to the step.
const SHORT_STALL: (&str, u64) = ("create", 21_000);
const LONG_STALLS: [(&str, u64); 5] =
    [("create", 21_000), ("confirm", 61_000), ("capture", 81_000), ("cancel", 81_000), ("refund", 81_000)];

/// What comes out otherwise: the kind, its options, and how often.
const TWISTS: [(&str, &str, f64); 5] = [
    ("decline", "", 0.03),
    ("authenticate", "", 0.03),
    ("refund_pends", "seconds = 3", 0.05),
    ("refund_pends_then_fails", "seconds = 3", 0.05),
    ("refund_pends", "seconds = 432000", 0.03),
];

/// What becomes of events. Many are lost for good: whatever they would have told is found by looking.
const NOTICES: [(&str, &str, f64); 5] = [
    ("webhook_drop", "event = \"refund.*\"", 0.5),
    ("webhook_drop", "event = \"payment_intent.*\"", 0.2),
    ("webhook_drop", "event = \"charge.*\"", 0.2),
    ("webhook_duplicate", "copies = 3", 0.2),
    ("webhook_delay", "seconds = 4", 0.2),
];

/// Among how many of a step's requests the one is that a fault strikes for certain: fewer than there are refunds in the
/// smallest run.
const EARLY: u64 = 10;
/// Every how manieth order's money is gone when it is to be taken.
const GONE_EVERY: u64 = 11;

/// A rule, and what it is about.
struct Rule {
    kind: &'static str,
    step: &'static str,
    options: String,
}

/// The mix.
pub(crate) struct Mix {
    rules: Vec<Rule>,
}

impl Mix {
    /// The mix of a seed. A long one also has stalls that outlast every patience.
    pub(crate) fn of(seed: u64, is_long: bool) -> Mix {
        let mut mix = Mix { rules: Vec::new() };
        mix.lose_money();
        mix.stall(is_long);
        let mut chance = Chance::new(seed, u64::MAX - 1);
        for (kind, options, _) in AILMENTS {
            for step in STEPS {
                let nth = 1 + chance.below(EARLY);
                mix.add(kind, step, format!("nth = {nth}\n{options}"));
            }
        }
        for (kind, options, probability) in TWISTS {
            let nth = 1 + chance.below(EARLY);
            mix.add(kind, "", format!("nth = {nth}\n{options}"));
            mix.add(kind, "", format!("times_per_order = 1\nprobability = {probability}\n{options}"));
        }
        for (kind, options, probability) in AILMENTS {
            for step in STEPS.into_iter().chain(LOOKS) {
                let often = format!("times_per_order = 1\nprobability = {probability}\n{options}");
                mix.add(kind, step, often);
            }
        }
        for (kind, options, probability) in NOTICES {
            mix.add(kind, "", format!("probability = {probability}\n{options}"));
        }
        mix
    }

    /// Some holds last a second, and their captures come after three.
    fn lose_money(&mut self) {
        let every = format!("every_order = {GONE_EVERY}\ntimes_per_order = 1\n");
        self.add("hold_ends", "confirm", format!("{every}seconds = 1"));
        self.add("delay_before", "capture", format!("{every}milliseconds = 3000"));
    }

    fn stall(&mut self, is_long: bool) {
        let stalls: &[(&str, u64)] = if is_long { &LONG_STALLS } else { &[SHORT_STALL] };
        for &(step, ms) in stalls {
            for kind in ["stall_before", "stall_after"] {
                self.add(kind, step, format!("times = 2\nprobability = 0.02\nmilliseconds = {ms}"));
            }
        }
    }

    fn add(&mut self, kind: &'static str, step: &'static str, options: String) {
        self.rules.push(Rule { kind, step, options });
    }

    /// The script.
    pub(crate) fn script(&self) -> String {
        let rule = |rule: &Rule| {
            let Rule { kind, step, options } = rule;
            let step = if step.is_empty() { String::new() } else { format!("step = \"{step}\"\n") };
            format!("[[fault]]\nkind = \"{kind}\"\n{step}{options}\n")
        };
        self.rules.iter().map(rule).collect()
    }

    /// How often each kind has struck each step.
    pub(crate) fn struck(&self, bank: &Bank) -> BTreeMap<(&'static str, &'static str), u64> {
        let mut all = BTreeMap::new();
        for (rule, struck) in self.rules.iter().zip(bank.faults_struck()) {
            *all.entry((rule.kind, rule.step)).or_default() += struck;
        }
        all
    }

    /// What was spared, and so not survived.
    pub(crate) fn spared(&self, bank: &Bank) -> Vec<String> {
        let struck = self.struck(bank);
        let ails = AILMENTS.iter().flat_map(|(kind, _, _)| STEPS.map(|step| (*kind, step)));
        let others = TWISTS.iter().chain(&NOTICES).map(|(kind, _, _)| (*kind, ""));
        let all = ails.chain(others).chain([("hold_ends", "confirm")]);
        let idle = all.filter(|what| struck.get(what).is_none_or(|times| *times == 0));
        idle.map(|what| format!("it never struck: {what:?}")).collect()
    }
}
