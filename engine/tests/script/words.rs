//! The words of one step.

use std::str::FromStr;

use engine::{LogTime, Money, Span};

use super::clock;

/// Reads a step word by word. A word in quotes may have spaces.
pub(crate) struct Words<'a> {
    step: &'a str,
    rest: &'a str,
}

impl<'a> Words<'a> {
    pub(crate) fn new(step: &'a str) -> Words<'a> {
        Words { step, rest: step.trim() }
    }

    /// The next word, if there is one.
    pub(crate) fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let (word, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or_else(|| self.fail("a quote that ends")),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    /// The next word, which must be there and be read by `read`.
    pub(crate) fn read<T>(&mut self, what: &str, read: impl FnOnce(&str) -> Option<T>) -> T {
        let word = self.next().unwrap_or_else(|| self.fail(what));
        read(word).unwrap_or_else(|| self.fail(what))
    }

    /// The next word as whatever has a textual form of its own.
    pub(crate) fn parse<T: FromStr>(&mut self, what: &str) -> T {
        self.read(what, |word| word.parse().ok())
    }

    pub(crate) fn time(&mut self) -> LogTime {
        self.read("a time like 12:00:00", clock::time)
    }

    pub(crate) fn span(&mut self) -> Span {
        self.read("a span like 10m", clock::span)
    }

    /// An amount like `99.00` in minor units, and a currency.
    pub(crate) fn money(&mut self) -> Money {
        Money { amount: self.amount(), currency: self.parse("a currency") }
    }

    pub(crate) fn amount(&mut self) -> u64 {
        self.read("an amount like 99.00", |word| {
            let (whole, cents) = word.split_once('.').unwrap_or((word, "00"));
            Some(whole.parse::<u64>().ok()? * 100 + cents.parse::<u64>().ok()?)
        })
    }

    /// Ends the test: the step does not say what is needed.
    pub(crate) fn fail(&self, needed: &str) -> ! {
        panic!("the step '{}' needs {needed} at '{}'", self.step, self.rest)
    }
}
