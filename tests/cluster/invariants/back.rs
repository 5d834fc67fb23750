//! I10: service is back within five seconds of healing, on every shard.

use std::time::{Duration, Instant};

use crate::cluster::pulse::Pulse;

/// How long it may take.
pub(crate) const BACK_WITHIN: Duration = Duration::from_secs(5);
/// How long it is waited for all the same, to tell slow from never.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Waits until every shard grants again, and tells how long after `healed` that was.
pub(crate) async fn look(pulse: &mut Pulse, healed: Instant) -> Duration {
    pulse.is_back(healed, WAIT_MAX).await
}

/// What is wrong with service that was back after `outages`.
pub(crate) fn violations(outages: &[Duration]) -> Vec<String> {
    let late = outages.iter().filter(|&&outage| outage > BACK_WITHIN);
    late.map(|outage| format!("I10: service was back {outage:?} after healing")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_that_is_back_late_is_found() {
        assert!(violations(&[BACK_WITHIN]).is_empty());
        assert_eq!(violations(&[Duration::from_secs(1), Duration::from_millis(5_001)]).len(), 1);
    }
}
