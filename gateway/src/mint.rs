//! New ids: made here, since apply invents nothing.

use engine::{AdjustmentId, OrderId, RefundId, ReservationId, ShardId};
use uuid::Uuid;

use crate::time;

/// The ids of a reservation and of the order that it may become.
pub(crate) fn reservation_and_order(shard: ShardId) -> (ReservationId, OrderId) {
    let millis = time::now().0;
    let (high, low) = Uuid::new_v4().as_u64_pair();
    // The two share one draw of random bits. Mixing covers the fixed bits that the high half of a version 4 UUID has.
    (ReservationId::new(shard, millis, low), OrderId::new(shard, millis, high ^ low.rotate_left(32)))
}

/// The id of an order.
pub(crate) fn order(shard: ShardId) -> OrderId {
    OrderId::new(shard, time::now().0, random())
}

/// The id of a refund.
pub(crate) fn refund(shard: ShardId) -> RefundId {
    RefundId::new(shard, time::now().0, random())
}

/// The id of an adjustment.
pub(crate) fn adjustment(shard: ShardId) -> AdjustmentId {
    AdjustmentId::new(shard, time::now().0, random())
}

fn random() -> u64 {
    Uuid::new_v4().as_u64_pair().1
}
