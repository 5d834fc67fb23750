//! The signals that end a command.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Error;

/// Ctrl-C and SIGTERM, caught from now on.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Begins to catch them.
    pub(crate) fn catch() -> Result<Signals, Error> {
        let catch = |kind| signal(kind).map_err(|source| Error::Signals { source });
        Ok(Signals { interrupt: catch(SignalKind::interrupt())?, terminate: catch(SignalKind::terminate())? })
    }

    /// Waits for one.
    pub(crate) async fn caught(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
