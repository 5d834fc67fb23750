//! Ids as a script has them: `r1` is a reservation, `o1` an order, `f1` a refund, `a1` an adjustment.

use engine::{AdjustmentId, OrderId, RefundId, ReservationId, ShardId};

/// The shard that all ids carry.
pub(crate) const SHARD: ShardId = ShardId(3);
const MILLIS: u64 = 1_795_737_600_000;

/// Declares how the ids of one kind are read and written.
macro_rules! names {
    ($read:ident, $write:ident, $kind:ident, $letter:literal) => {
        pub(crate) fn $read(text: &str) -> Option<$kind> {
            let number = text.strip_prefix($letter)?.parse().ok()?;
            Some($kind::new(SHARD, MILLIS, number))
        }

        pub(crate) fn $write(id: $kind) -> String {
            format!("{}{}", $letter, id.random() & 0x3fff_ffff_ffff_ffff)
        }
    };
}

names!(reservation, of_reservation, ReservationId, 'r');
names!(order, of_order, OrderId, 'o');
names!(refund, of_refund, RefundId, 'f');
names!(adjustment, of_adjustment, AdjustmentId, 'a');
