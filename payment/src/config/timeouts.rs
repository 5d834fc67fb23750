//! How long an answer of the provider is waited for.

use std::time::Duration;

/// How long an answer is waited for, by what is asked. What is not answered in time is unknown and asked again with the
/// same key, so a short time costs a repetition and never a truth. Stripe itself may take up to 80 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect.
    pub connect: Duration,
    /// To read an object or a list.
    pub read: Duration,
    /// To create an intent: nothing is asked of a bank.
    pub create: Duration,
    /// To confirm: the bank is asked while the buyer waits.
    pub confirm: Duration,
    /// To capture, cancel or refund.
    pub settle: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(20),
            create: Duration::from_secs(20),
            confirm: Duration::from_secs(60),
            settle: Duration::from_secs(80),
        }
    }
}
