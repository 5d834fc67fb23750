//! The desk: what is to be done outside for the shards that this node leads, for whoever does it.
//!
//! Tasks are derived from the state, so nothing here is kept: whoever begins to lead a shard lays out all of its tasks,
//! then what changes about them, and clears them away when the leadership ends. What is taken late is taken once, as it
//! is by then.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::saga::{SagaTasks, Task};
use engine::{ReservationId, ShardId};
use tokio::sync::Notify;

/// What is new of a shard's tasks since it was last looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Whether what was known of the shard before is void: this node began to lead it since, or ceased to.
    pub afresh: bool,
    /// Whether this node leads the shard.
    pub leads: bool,
    /// All that is to be done for each of these reservations. At most one entry for each open saga of the shard.
    pub sagas: BTreeMap<ReservationId, Vec<Task>>,
}

/// The desk of a node.
#[derive(Debug, Default)]
pub struct Desk {
    news: Mutex<BTreeMap<ShardId, News>>,
    laid: Notify,
}

impl Desk {
    /// Waits until there is news of some shard, and takes it all. For one taker at a time; nothing is lost if the wait
    /// is given up.
    pub async fn take(&self) -> BTreeMap<ShardId, News> {
        loop {
            let laid = self.laid.notified();
            let news = std::mem::take(&mut *self.news());
            if !news.is_empty() {
                return news;
            }
            laid.await;
        }
    }

    /// This node leads a shard from now on, and this is all that is to be done for it.
    pub(crate) fn lay_out(&self, shard: ShardId, all: impl Iterator<Item = SagaTasks>) {
        let sagas = all.map(|saga| (saga.reservation, saga.tasks)).collect();
        self.news().insert(shard, News { afresh: true, leads: true, sagas });
        self.laid.notify_one();
    }

    /// Something changed about what is to be done.
    pub(crate) fn lay(&self, shard: ShardId, changed: Vec<SagaTasks>) {
        if changed.is_empty() {
            return;
        }
        let mut all = self.news();
        let news = all.entry(shard).or_insert_with(|| News { leads: true, ..News::default() });
        news.sagas.extend(changed.into_iter().map(|saga| (saga.reservation, saga.tasks)));
        drop(all);
        self.laid.notify_one();
    }

    /// This node does not lead a shard any more: nothing is to be done for it from here.
    pub(crate) fn clear(&self, shard: ShardId) {
        self.news().insert(shard, News { afresh: true, ..News::default() });
        self.laid.notify_one();
    }

    fn news(&self) -> MutexGuard<'_, BTreeMap<ShardId, News>> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARD: ShardId = ShardId(1);

    fn saga(number: u64) -> SagaTasks {
        SagaTasks { reservation: ReservationId::new(SHARD, 0, number), tasks: Vec::new() }
    }

    fn reservations(news: &News) -> Vec<ReservationId> {
        news.sagas.keys().copied().collect()
    }

    #[tokio::test]
    async fn what_changes_adds_up_until_it_is_taken() {
        let desk = Desk::default();
        desk.lay_out(SHARD, [saga(1)].into_iter());
        desk.lay(SHARD, vec![saga(2), saga(1)]);
        let news = desk.take().await.remove(&SHARD).expect("news of the shard");
        assert!(news.afresh && news.leads);
        assert_eq!(reservations(&news), [saga(1).reservation, saga(2).reservation]);
        desk.lay(SHARD, vec![saga(3)]);
        let news = desk.take().await.remove(&SHARD).expect("news of the shard");
        assert!(!news.afresh && news.leads);
        assert_eq!(reservations(&news), [saga(3).reservation]);
    }

    #[tokio::test]
    async fn a_leadership_that_ends_takes_its_tasks_along() {
        let desk = Desk::default();
        desk.lay_out(SHARD, [saga(1)].into_iter());
        desk.clear(SHARD);
        assert_eq!(desk.take().await[&SHARD], News { afresh: true, ..News::default() });
    }

    #[tokio::test]
    async fn a_taker_that_waits_is_woken() {
        let desk = std::sync::Arc::new(Desk::default());
        let taker = tokio::spawn({
            let desk = std::sync::Arc::clone(&desk);
            async move { desk.take().await.len() }
        });
        tokio::task::yield_now().await;
        desk.lay(SHARD, vec![saga(1)]);
        assert_eq!(taker.await.expect("it ends"), 1);
    }
}
