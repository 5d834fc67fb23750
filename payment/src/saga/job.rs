//! Jobs: what is one piece of work from its first task to its last.

use engine::vocabulary::saga::{Step, Task};
use engine::{RefundId, ReservationId, ShardId};

/// A try to pay, or a refund. Several of one reservation may be under way: a declined try is cancelled while the next is
/// made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Job {
    pub(super) shard: ShardId,
    pub(super) reservation: ReservationId,
    matter: Matter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Matter {
    Try(u8),
    Refund(RefundId),
}

impl Job {
    /// The job that a task is part of.
    pub(super) fn of(shard: ShardId, task: &Task) -> Job {
        let matter = match &task.step {
            Step::Refund { refund, .. } | Step::Recheck { refund: Some(refund), .. } => {
                Matter::Refund(*refund)
            }
            _ => Matter::Try(task.attempt),
        };
        Job { shard, reservation: task.reservation, matter }
    }

    /// The first and the last job that reservations from `first` to `last` can have.
    pub(super) fn range(
        shard: ShardId,
        first: ReservationId,
        last: ReservationId,
    ) -> std::ops::RangeInclusive<Job> {
        let least = Job { shard, reservation: first, matter: Matter::Try(0) };
        let most = Job { shard, reservation: last, matter: Matter::Refund(RefundId([0xff; 16])) };
        least..=most
    }
}
