//! How much may be unanswered on a connection.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// A number of requests, and a number of bytes, that may be unanswered at a time. Who asks waits for room; who is
/// asked refuses what exceeds it.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    requests: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    bytes_max: u32,
}

/// Room for one request. Dropping it gives the room back.
#[derive(Debug)]
pub(crate) struct Permit {
    _request: OwnedSemaphorePermit,
    _bytes: OwnedSemaphorePermit,
}

impl Budget {
    pub(crate) fn new(requests_max: usize, bytes_max: usize) -> Self {
        let bytes_max = u32::try_from(bytes_max).unwrap_or(u32::MAX);
        Self {
            requests: Arc::new(Semaphore::new(requests_max)),
            bytes: Arc::new(Semaphore::new(usize::try_from(bytes_max).unwrap_or(Semaphore::MAX_PERMITS))),
            bytes_max,
        }
    }

    /// Room for a request of so many bytes, or `None` if there was none before `deadline`. First come, first served.
    pub(crate) async fn take(&self, bytes: usize, deadline: Instant) -> Option<Permit> {
        let taken = async {
            let request = self.requests.clone().acquire_owned().await.ok()?;
            let bytes = self.bytes.clone().acquire_many_owned(self.share(bytes)).await.ok()?;
            Some(Permit { _request: request, _bytes: bytes })
        };
        timeout_at(deadline, taken).await.ok().flatten()
    }

    /// Room for a request of so many bytes if there is some now.
    pub(crate) fn take_now(&self, bytes: usize) -> Option<Permit> {
        let request = self.requests.clone().try_acquire_owned().ok()?;
        let bytes = self.bytes.clone().try_acquire_many_owned(self.share(bytes)).ok()?;
        Some(Permit { _request: request, _bytes: bytes })
    }

    /// A request larger than the whole budget takes all of it, rather than waiting for ever.
    fn share(&self, bytes: usize) -> u32 {
        u32::try_from(bytes).unwrap_or(u32::MAX).min(self.bytes_max)
    }
}
