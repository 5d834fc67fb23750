//! What a node stands on: disk, network and threads. A machine's, or what a simulation puts in their place.

use std::sync::Arc;

use crate::disk::{Disk, RealDisk};
use crate::log::{Drive, OnFatal};
use crate::peer::{Tcp, Transport};

/// What a node stands on.
#[derive(Clone)]
pub struct Ground {
    /// Where its data lies.
    pub disk: Arc<dyn Disk>,
    /// Who writes the log.
    pub drive: Drive,
    /// What happens when the log cannot go on.
    pub on_fatal: OnFatal,
    /// What carries bytes to other nodes.
    pub transport: Arc<dyn Transport>,
    /// Whether the actors live on threads of their own, or where the node is started, which must be a `LocalSet` then.
    pub actors_apart: bool,
}

impl Ground {
    /// The machine that this process runs on.
    pub fn machine() -> Ground {
        Ground {
            disk: Arc::new(RealDisk),
            drive: Drive::Threads,
            on_fatal: OnFatal::end_process(),
            transport: Arc::new(Tcp),
            actors_apart: true,
        }
    }
}
