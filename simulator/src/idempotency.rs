//! Idempotency keys: what is remembered of a request, and what is said to its twins.
//!
//! A request is remembered once its execution began, whatever came of it: a decline and a 500 are replayed like a
//! success. Validation failures, 401s, 429s and conflicts are not remembered, since nothing was executed.

use std::collections::{HashMap, HashSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::object::error::{ApiError, Kind};

/// How long a key is remembered, in milliseconds.
pub(crate) const WINDOW_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long a key may be, in characters.
pub(crate) const LENGTH_MAX: usize = 255;

/// What is remembered under a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) key: String,
    pub(crate) path: String,
    /// The digest of the parameters.
    pub(crate) digest: String,
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) should_retry: Option<bool>,
    /// The request that was executed.
    pub(crate) request: String,
    pub(crate) at: i64,
}

/// What a keyed request comes to before it is executed.
#[derive(Debug)]
pub(crate) enum Begin {
    /// It is the first of its key and now in flight: execute it.
    First,
    /// It was executed before: give that answer again.
    Replay(Record),
}

/// The keys of one account.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    known: HashMap<String, Record>,
    in_flight: HashSet<String>,
    oldest_first: VecDeque<(i64, String)>,
}

impl Keys {
    /// Admits a keyed request at `now`, or says why not.
    pub(crate) fn begin(&mut self, key: &str, path: &str, digest: &str, now: i64) -> Result<Begin, ApiError> {
        self.forget(now);
        if let Some(record) = self.known.get(key) {
            if record.path != path {
                return Err(mismatch(format!(
                    "Keys for idempotent requests can only be used for the same endpoint they were first used for \
                     ('{path}' vs '{}'). Try using a key other than '{key}' if you meant to execute a different \
                     request.",
                    record.path
                )));
            }
            if record.digest != digest {
                return Err(mismatch(format!(
                    "Keys for idempotent requests can only be used with the same parameters they were first used \
                     with. Try using a key other than '{key}' if you meant to execute a different request."
                )));
            }
            return Ok(Begin::Replay(record.clone()));
        }
        if !self.in_flight.insert(key.to_owned()) {
            return Err(in_use(key));
        }
        Ok(Begin::First)
    }

    /// The request under this key is not in flight any more.
    pub(crate) fn end(&mut self, key: &str) {
        self.in_flight.remove(key);
    }

    /// Remembers what came of a key. A second record of the same key, after the first was forgotten, replaces it.
    pub(crate) fn remember(&mut self, record: Record) {
        self.oldest_first.push_back((record.at, record.key.clone()));
        self.known.insert(record.key.clone(), record);
    }

    /// All that is remembered, the oldest first.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.oldest_first.iter().filter_map(|(at, key)| self.known.get(key).filter(|record| record.at == *at))
    }

    fn forget(&mut self, now: i64) {
        while let Some((at, key)) = self.oldest_first.front() {
            if now - at < WINDOW_MS {
                return;
            }
            if self.known.get(key).is_some_and(|record| record.at == *at) {
                self.known.remove(key);
            }
            self.oldest_first.pop_front();
        }
    }
}

/// The answer to a request whose twin is still being executed.
pub(crate) fn in_use(key: &str) -> ApiError {
    ApiError::new(
        409,
        Kind::InvalidRequest,
        format!(
            "There is currently another in-progress request using this Idempotent Key (that probably means you \
             submitted twice, and the other request is still going through): {key}. Please try again later."
        ),
    )
    .code("idempotency_key_in_use")
}

fn mismatch(message: String) -> ApiError {
    ApiError::new(400, Kind::Idempotency, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: &str, at: i64) -> Record {
        Record {
            key: key.into(),
            path: "/v1/refunds".into(),
            digest: "d".into(),
            status: 200,
            body: "{}".into(),
            should_retry: None,
            request: "req_1".into(),
            at,
        }
    }

    #[test]
    fn twins_are_told_apart() {
        let mut keys = Keys::default();
        assert!(matches!(keys.begin("k", "/v1/refunds", "d", 0), Ok(Begin::First)));
        let twin = keys.begin("k", "/v1/refunds", "d", 0).expect_err("a twin in flight");
        assert_eq!((twin.status, twin.code.as_deref()), (409, Some("idempotency_key_in_use")));
        keys.remember(record("k", 0));
        keys.end("k");
        assert!(matches!(keys.begin("k", "/v1/refunds", "d", 1), Ok(Begin::Replay(_))));
        for (path, digest) in [("/v1/refunds", "other"), ("/v1/other", "d")] {
            let other = keys.begin("k", path, digest, 1).expect_err("another request");
            assert_eq!((other.status, other.kind), (400, Kind::Idempotency));
        }
    }

    #[test]
    fn a_key_is_a_new_one_after_the_window() {
        let mut keys = Keys::default();
        keys.remember(record("k", 0));
        assert!(matches!(keys.begin("k", "/v1/refunds", "d", WINDOW_MS - 1), Ok(Begin::Replay(_))));
        assert!(matches!(keys.begin("k", "/v1/refunds", "other", WINDOW_MS), Ok(Begin::First)));
        keys.remember(record("k", WINDOW_MS));
        assert_eq!(keys.records().count(), 1);
    }
}
