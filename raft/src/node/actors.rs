//! Where the shards' actors live.

use std::io;

use actix::{Actor, Arbiter, Context, System};
use engine::ShardId;
use tokio::sync::oneshot;

use super::Error;

/// Where the shards' actors live.
pub(super) enum Actors {
    /// On threads of their own, at most as many as there are cores.
    Apart { system: System, arbiters: Vec<Arbiter> },
    /// Where they are started, which is a `LocalSet`.
    Here,
}

impl Actors {
    /// Starts the threads for so many shards.
    pub(super) async fn apart(shards: usize) -> Result<Actors, Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (started, starting) = oneshot::channel();
        std::thread::Builder::new()
            .name("actors".into())
            .spawn(move || {
                let runner = System::new();
                let arbiters: Vec<Arbiter> = (0..cores.min(shards)).map(|_| Arbiter::new()).collect();
                drop(started.send((System::current(), arbiters)));
                if let Err(error) = runner.run() {
                    tracing::error!(%error, "the actors' system ended badly");
                }
            })
            .map_err(Error::Threads)?;
        let ended = |_| Error::Threads(io::Error::other("the actors' thread ended at once"));
        let (system, arbiters) = starting.await.map_err(ended)?;
        Ok(Actors::Apart { system, arbiters })
    }

    /// Starts the actor of a shard. The shards go round the threads.
    pub(super) fn start<A>(&self, shard: ShardId, actor: A)
    where
        A: Actor<Context = Context<A>> + Send,
    {
        match self {
            Actors::Apart { arbiters, .. } => {
                let arbiter = &arbiters[usize::from(shard.0) % arbiters.len()];
                A::start_in_arbiter(&arbiter.handle(), move |_| actor);
            }
            Actors::Here => {
                actor.start();
            }
        }
    }

    /// Ends the threads, whose actors have ended.
    pub(super) fn stop(&self) {
        if let Actors::Apart { system, .. } = self {
            system.stop();
        }
    }
}
