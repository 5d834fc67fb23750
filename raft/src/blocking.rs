//! Work that blocks, on threads of its own.

/// The work panicked, or the process is about to end.
#[derive(Debug, thiserror::Error)]
#[error("work on a blocking thread was not done to its end: {0}")]
pub struct NotDone(#[from] tokio::task::JoinError);

impl From<NotDone> for std::io::Error {
    fn from(not_done: NotDone) -> std::io::Error {
        std::io::Error::other(not_done)
    }
}

/// Does `work` on a blocking thread.
///
/// # Errors
/// If it panicked.
pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotDone> {
    #[cfg(feature = "simulation")]
    if let Some(labour) = crate::simulation::labour() {
        tokio::time::sleep(labour).await;
        return Ok(work());
    }
    Ok(tokio::task::spawn_blocking(work).await?)
}
