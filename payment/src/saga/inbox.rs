//! What the shards' actors tell the saga, until it has time: what is newest of each reservation, and nothing else.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::vocabulary::saga::{SagaTasks, Task};
use engine::{ReservationId, ShardId};
use tokio::sync::Notify;

/// What came of one shard since the last time.
#[derive(Debug, Default)]
pub(super) struct Mail {
    /// Leadership was lost, before anything else below.
    pub(super) lost: bool,
    /// Leadership was taken: `changed` has all tasks then.
    pub(super) took: bool,
    /// All tasks of each reservation that changed.
    pub(super) changed: BTreeMap<ReservationId, Vec<Task>>,
}

/// The inbox. Telling never waits, and what is in it is bounded by the live reservations of the shards.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    mail: Mutex<BTreeMap<ShardId, Mail>>,
    came: Notify,
}

impl Inbox {
    pub(super) fn took(&self, shard: ShardId, tasks: Vec<Task>) {
        let mut changed = BTreeMap::<_, Vec<Task>>::new();
        tasks.into_iter().for_each(|task| changed.entry(task.reservation).or_default().push(task));
        self.tell(shard, |mail| *mail = Mail { lost: mail.lost, took: true, changed });
    }

    pub(super) fn offer(&self, shard: ShardId, changed: Vec<SagaTasks>) {
        let changed = changed.into_iter().map(|saga| (saga.reservation, saga.tasks));
        self.tell(shard, |mail| mail.changed.extend(changed));
    }

    pub(super) fn lost(&self, shard: ShardId) {
        self.tell(shard, |mail| *mail = Mail { lost: true, took: false, changed: BTreeMap::new() });
    }

    fn tell(&self, shard: ShardId, tell: impl FnOnce(&mut Mail)) {
        tell(self.locked().entry(shard).or_default());
        self.came.notify_one();
    }

    /// What came since the last time; waits until something did.
    pub(super) async fn mail(&self) -> BTreeMap<ShardId, Mail> {
        loop {
            let mail = std::mem::take(&mut *self.locked());
            if !mail.is_empty() {
                return mail;
            }
            self.came.notified().await;
        }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<ShardId, Mail>> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
