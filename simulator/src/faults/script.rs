//! The script: a TOML file of `[[fault]]` tables.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::error::ScriptError;
use super::fault::{Fault, Notice, Twist};
use super::rule::{Effect, Rule, Verb, When};
use crate::card;
use crate::object::refund::RefundStatus;

const RULES_MAX: usize = 1_000;
const SECONDS_MAX: i64 = 31 * 24 * 60 * 60;
const MILLISECONDS_MAX: u64 = 60 * 60 * 1_000;
const COPIES_MAX: u32 = 100;
const CODE_MAX: usize = 64;
/// How long a stall lasts where nothing is said: as long as the official clients wait, by default.
const STALL: u64 = 80_000;

/// A fault script that was read and found to make sense.
#[derive(Clone, Debug, Default)]
pub struct Script {
    seed: Option<u64>,
    rules: Vec<Rule>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    seed: Option<u64>,
    #[serde(default)]
    fault: Vec<Table>,
}

/// One `[[fault]]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    kind: String,
    account: Option<String>,
    step: Option<String>,
    order: Option<u64>,
    every_order: Option<u64>,
    event: Option<String>,
    nth: Option<u64>,
    every: Option<u64>,
    probability: Option<f64>,
    times: Option<u64>,
    times_per_order: Option<u64>,
    milliseconds: Option<u64>,
    seconds: Option<i64>,
    decline_code: Option<String>,
    reason: Option<String>,
    should_retry: Option<String>,
    copies: Option<u32>,
    code: Option<String>,
}

impl Script {
    /// Reads a script from a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is not a script.
    pub fn read(path: &Path) -> Result<Script, ScriptError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ScriptError::Read { path: path.to_owned(), source })?;
        Script::parse(&text)
    }

    /// Reads a script from its text.
    ///
    /// # Errors
    ///
    /// If it has a key that is not known, a value that cannot be, or an option that its kind does not take.
    pub fn parse(text: &str) -> Result<Script, ScriptError> {
        let file: File = toml::from_str(text).map_err(|error| ScriptError::Syntax(error.to_string()))?;
        if file.fault.len() > RULES_MAX {
            return Err(ScriptError::TooMany { count: file.fault.len(), max: RULES_MAX });
        }
        let rules = (1..)
            .zip(file.fault)
            .map(|(number, table)| table.rule().map_err(|what| ScriptError::Rule { number, what }));
        Ok(Script { seed: file.seed, rules: rules.collect::<Result<_, _>>()? })
    }

    pub(super) fn seed(&self) -> Option<u64> {
        self.seed
    }

    pub(super) fn into_rules(self) -> Vec<Rule> {
        self.rules
    }
}

impl Table {
    fn rule(mut self) -> Result<Rule, String> {
        let effect = self.effect()?;
        self.unused()?;
        let when = self.when(&effect)?;
        Ok(Rule::new(when, effect))
    }

    /// What the rule does; takes the options that its kind has.
    fn effect(&mut self) -> Result<Effect, String> {
        let fault = match self.kind.as_str() {
            "reset_before" => Fault::ResetBefore,
            "reset_after" => Fault::ResetAfter,
            "delay_before" => Fault::DelayBefore(self.duration(None)?),
            "delay_after" => Fault::DelayAfter(self.duration(None)?),
            "stall_before" => Fault::StallBefore(self.duration(Some(STALL))?),
            "stall_after" => Fault::StallAfter(self.duration(Some(STALL))?),
            "conflict" => Fault::Conflict,
            "rate_limit" => Fault::Limited(Some(self.reason()?)),
            "lock_timeout" => Fault::Limited(None),
            "refuse" => Fault::Refused(self.code()?),
            "error_before" => Fault::ErrorBefore(self.should_retry()?),
            "error_after" => Fault::ErrorAfter(self.should_retry()?),
            "decline" => Fault::Twist(Twist::Decline(self.decline()?)),
            "authenticate" => Fault::Twist(Twist::Authenticate),
            "hold_ends" => Fault::Twist(Twist::HoldEnds(self.seconds(None)?)),
            "refund_fails" => self.refund(RefundStatus::Succeeded, RefundStatus::Failed)?,
            "refund_pends" => self.refund(RefundStatus::Pending, RefundStatus::Succeeded)?,
            "refund_pends_then_fails" => self.refund(RefundStatus::Pending, RefundStatus::Failed)?,
            "webhook_drop" => return Ok(Effect::Notice(Notice::Drop)),
            "webhook_duplicate" => return self.duplicate(),
            "webhook_delay" => return Ok(Effect::Notice(Notice::Delay { ms: self.seconds(None)? * 1_000 })),
            other => {
                return Err(format!("the kind {other:?} is not known; docs/simulator.md lists the kinds"));
            }
        };
        Ok(Effect::Request(fault))
    }

    fn when(self, effect: &Effect) -> Result<When, String> {
        let verb = match (&self.step, effect) {
            (Some(_), Effect::Notice(_)) => return Err("a webhook fault takes `event`, not `step`".into()),
            (Some(word), Effect::Request(fault)) => Some(verb(word, fault)?),
            (None, Effect::Request(Fault::Twist(twist))) => Some(home(twist)),
            (None, _) => None,
        };
        if self.event.is_some() && matches!(effect, Effect::Request(_)) {
            return Err("`event` is for webhook faults; this kind takes `step`".into());
        }
        for (name, number) in [
            ("order", self.order),
            ("every_order", self.every_order),
            ("nth", self.nth),
            ("every", self.every),
            ("times", self.times),
            ("times_per_order", self.times_per_order),
        ] {
            if number == Some(0) {
                return Err(format!("`{name}` counts from 1"));
            }
        }
        if self.probability.is_some_and(|chance| !(0.0..=1.0).contains(&chance)) {
            return Err("`probability` takes a number from 0.0 to 1.0".into());
        }
        Ok(When {
            account: self.account,
            verb,
            order: self.order,
            every_order: self.every_order,
            event: self.event,
            nth: self.nth,
            every: self.every,
            probability: self.probability,
            times: self.times,
            times_per_order: self.times_per_order,
        })
    }

    /// Refuses options that are left after the kind took its own.
    fn unused(&self) -> Result<(), String> {
        let left = [
            ("milliseconds", self.milliseconds.is_some()),
            ("seconds", self.seconds.is_some()),
            ("decline_code", self.decline_code.is_some()),
            ("reason", self.reason.is_some()),
            ("should_retry", self.should_retry.is_some()),
            ("copies", self.copies.is_some()),
            ("code", self.code.is_some()),
        ];
        match left.into_iter().find(|(_, given)| *given) {
            Some((name, _)) => Err(format!("the kind {:?} takes no `{name}`", self.kind)),
            None => Ok(()),
        }
    }

    fn duration(&mut self, default: Option<u64>) -> Result<Duration, String> {
        let given = self.milliseconds.take().or(default);
        let given = given.filter(|ms| (1..=MILLISECONDS_MAX).contains(ms));
        given.map(Duration::from_millis).ok_or_else(|| {
            format!("the kind {:?} takes `milliseconds` from 1 to {MILLISECONDS_MAX}", self.kind)
        })
    }

    fn seconds(&mut self, default: Option<i64>) -> Result<i64, String> {
        let given = self.seconds.take().or(default).filter(|seconds| (0..=SECONDS_MAX).contains(seconds));
        given.ok_or_else(|| format!("the kind {:?} takes `seconds` from 0 to {SECONDS_MAX}", self.kind))
    }

    fn refund(&mut self, first: RefundStatus, then: RefundStatus) -> Result<Fault, String> {
        let ms = self.seconds(None)? * 1_000;
        Ok(Fault::Twist(Twist::Refund { first, then, ms }))
    }

    fn reason(&mut self) -> Result<&'static str, String> {
        const REASONS: [&str; 5] = [
            "global-rate",
            "endpoint-rate",
            "global-concurrency",
            "endpoint-concurrency",
            "resource-specific",
        ];
        let given = self.reason.take().unwrap_or_else(|| "global-rate".into());
        REASONS
            .into_iter()
            .find(|reason| *reason == given)
            .ok_or_else(|| format!("`reason` takes one of {}", REASONS.join(", ")))
    }

    fn code(&mut self) -> Result<Option<String>, String> {
        let is_word = |code: &String| {
            (1..=CODE_MAX).contains(&code.len())
                && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        match self.code.take() {
            Some(code) if !is_word(&code) => Err("`code` takes a word of small letters and _".into()),
            code => Ok(code),
        }
    }

    fn should_retry(&mut self) -> Result<Option<bool>, String> {
        match self.should_retry.take().as_deref() {
            // What the official clients expect of a 500: it would only be replayed.
            None | Some("false") => Ok(Some(false)),
            Some("true") => Ok(Some(true)),
            Some("absent") => Ok(None),
            Some(_) => Err("`should_retry` takes \"true\", \"false\" or \"absent\"".into()),
        }
    }

    fn decline(&mut self) -> Result<card::Decline, String> {
        let code = self.decline_code.take().unwrap_or_else(|| "generic_decline".into());
        card::decline_of(&code)
            .ok_or_else(|| format!("`decline_code` takes one of {}", card::decline_codes().join(", ")))
    }

    fn duplicate(&mut self) -> Result<Effect, String> {
        let copies = self.copies.take().unwrap_or(2);
        if !(2..=COPIES_MAX).contains(&copies) {
            return Err(format!("`copies` takes a number from 2 to {COPIES_MAX}"));
        }
        Ok(Effect::Notice(Notice::Duplicate { copies }))
    }
}

/// The step that a twist belongs to.
fn home(twist: &Twist) -> Verb {
    match twist {
        Twist::Decline(_) | Twist::Authenticate | Twist::HoldEnds(_) => Verb::Confirm,
        Twist::Refund { .. } => Verb::Refund,
    }
}

fn verb(word: &str, fault: &Fault) -> Result<Verb, String> {
    let found = Verb::ALL.iter().find(|(name, _)| *name == word).map(|(_, verb)| *verb);
    let Some(found) = found else {
        let words: Vec<&str> = Verb::ALL.iter().map(|(name, _)| *name).collect();
        return Err(format!("`step` takes one of {}", words.join(", ")));
    };
    match fault {
        Fault::Twist(twist) if home(twist) != found => {
            Err(format!("this kind cannot strike the step {word:?}"))
        }
        _ => Ok(found),
    }
}
