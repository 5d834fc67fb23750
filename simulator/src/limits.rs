//! Rate limits: a token bucket per account, and one per account and endpoint.

use std::collections::HashMap;

use tokio::time::Instant;

use crate::object::error::{ApiError, Kind};

/// How many requests a second are let through. `None` lets all through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Per account.
    pub account: Option<u32>,
    /// Per account and endpoint (a method and a route, whatever the id in it).
    pub endpoint: Option<u32>,
}

impl Default for Rates {
    /// What the provider allows in live mode: 100 a second per account, 25 a second per endpoint.
    fn default() -> Rates {
        Rates { account: Some(100), endpoint: Some(25) }
    }
}

/// A bucket that holds a second's worth.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

impl Bucket {
    fn full(rate: u32, now: Instant) -> Bucket {
        Bucket { tokens: f64::from(rate), filled_at: now }
    }

    fn fill(&mut self, rate: u32, now: Instant) {
        let seconds = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + seconds * f64::from(rate)).min(f64::from(rate));
        self.filled_at = now;
    }
}

/// The buckets of all accounts. There are as many as accounts and routes.
#[derive(Debug)]
pub(crate) struct Limits {
    rates: Rates,
    accounts: HashMap<usize, Bucket>,
    endpoints: HashMap<(usize, &'static str), Bucket>,
}

impl Limits {
    pub(crate) fn new(rates: Rates) -> Limits {
        Limits { rates, accounts: HashMap::new(), endpoints: HashMap::new() }
    }

    /// Takes a token from both buckets, or none if one of them is empty.
    pub(crate) fn admit(
        &mut self,
        account: usize,
        endpoint: &'static str,
        now: Instant,
    ) -> Result<(), ApiError> {
        let mut wide = self.rates.account.map(|rate| {
            let bucket = self.accounts.entry(account).or_insert_with(|| Bucket::full(rate, now));
            bucket.fill(rate, now);
            bucket
        });
        let mut narrow = self.rates.endpoint.map(|rate| {
            let bucket = self.endpoints.entry((account, endpoint)).or_insert_with(|| Bucket::full(rate, now));
            bucket.fill(rate, now);
            bucket
        });
        let short = |bucket: &Option<&mut Bucket>| bucket.as_ref().is_some_and(|bucket| bucket.tokens < 1.0);
        if short(&wide) {
            return Err(limited(Some("global-rate")));
        }
        if short(&narrow) {
            return Err(limited(Some("endpoint-rate")));
        }
        for bucket in [&mut wide, &mut narrow].into_iter().flatten() {
            bucket.tokens -= 1.0;
        }
        Ok(())
    }
}

/// The answer to one request too many; without a reason it is a lock that could not be had in time.
pub(crate) fn limited(reason: Option<&'static str>) -> ApiError {
    let mut error = match reason {
        Some(_) => ApiError::new(
            429,
            Kind::InvalidRequest,
            "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
        )
        .code("rate_limit"),
        None => ApiError::new(
            429,
            Kind::InvalidRequest,
            "This object cannot be accessed right now because another API request or Stripe process is currently \
             accessing it. If you see this error intermittently, retry the request.",
        )
        .code("lock_timeout")
        .should_retry(true),
    };
    error.rate_limited = reason;
    error
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_bucket_refuses_by_its_own_name_and_refills() {
        let mut limits = Limits::new(Rates { account: Some(3), endpoint: Some(2) });
        let begin = Instant::now();
        let mut ask = |endpoint, at| limits.admit(0, endpoint, at).map_err(|error| error.rate_limited);
        assert_eq!(ask("a", begin), Ok(()));
        assert_eq!(ask("a", begin), Ok(()));
        assert_eq!(ask("a", begin), Err(Some("endpoint-rate")));
        assert_eq!(ask("b", begin), Ok(()));
        assert_eq!(ask("b", begin), Err(Some("global-rate")));
        let later = begin + Duration::from_millis(500);
        assert_eq!(ask("b", later), Ok(()));
        assert_eq!(ask("b", later), Err(Some("global-rate")));
    }

    #[test]
    fn without_rates_everything_passes() {
        let mut limits = Limits::new(Rates { account: None, endpoint: None });
        let now = Instant::now();
        assert!((0..10_000).all(|_| limits.admit(0, "a", now).is_ok()));
    }
}
