//! Whether the node is on its way out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that goes up once: from then on `/readyz` says no, while requests are still answered.
#[derive(Clone, Debug, Default)]
pub struct Drain(Arc<AtomicBool>);

impl Drain {
    /// Says that the node is on its way out. Doing so again changes nothing.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
