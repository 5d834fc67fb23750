//! Ids of what comes and goes: UUIDs of version 7 that carry the shard they live on.
//!
//! The gateway makes them, and a command brings them in; apply invents nothing. A version 7 UUID is 48 bits of
//! milliseconds, the version, 12 bits free for use (here the shard), the variant and 62 random bits (RFC 9562, 5.7).

use std::fmt;
use std::str::FromStr;

use bincode::{Decode, Encode};
use uuid::Uuid;

use super::text::ProductId;

/// A shard's number. At most 4,096 shards, since an id has 12 bits for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct ShardId(pub u16);

impl ShardId {
    /// The most shards that a cluster can have.
    pub const COUNT_MAX: u16 = 4_096;

    /// The shard that owns `product` in a cluster of `shards` shards: FNV-1a (64 bits) of the product's group, modulo
    /// the count. The count is fixed when a cluster is made, and so is this function.
    pub fn of_product(product: &ProductId, shards: u16) -> ShardId {
        let hash = product.group().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        let shard = (hash >> 16) % u64::from(shards.max(1));
        ShardId(u16::try_from(shard).expect("a remainder of a 16-bit number has 16 bits"))
    }
}

impl fmt::Display for ShardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text is not an id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("an id is a UUID, like 0193a0c0-7001-7a3b-8000-3f0c5a1d2e4f")]
pub struct NotAnId;

/// Declares an id: sixteen bytes, without an alignment that would pad records.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// An id on `shard`, of this millisecond of the maker's clock, from random bits of the maker.
            pub fn new(shard: ShardId, millis: u64, random: u64) -> $name {
                let high = (millis << 16) | 0x7000 | u64::from(shard.0 & 0x0fff);
                let low = (random & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
                $name(((u128::from(high) << 64) | u128::from(low)).to_be_bytes())
            }

            /// The shard that the id carries.
            pub fn shard(&self) -> ShardId {
                ShardId(u16::from_be_bytes([self.0[6], self.0[7]]) & 0x0fff)
            }

            /// The random bits: as good as a hash, since the maker is one of us and not an outsider.
            pub fn random(&self) -> u64 {
                let [.., a, b, c, d, e, f, g, h] = self.0;
                u64::from_be_bytes([a, b, c, d, e, f, g, h])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Uuid::from_bytes(self.0).hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<$name, NotAnId> {
                Uuid::try_parse(text).map(|uuid| $name(uuid.into_bytes())).map_err(|_| NotAnId)
            }
        }
    };
}

id!(
    /// A reservation's id.
    ReservationId
);
id!(
    /// An order's id.
    OrderId
);
id!(
    /// A refund's id.
    RefundId
);
id!(
    /// A stock adjustment's id.
    AdjustmentId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_version_7_uuid_that_carries_its_shard() {
        let id = ReservationId::new(ShardId(2_731), 1_763_856_000_123, u64::MAX);
        let uuid = Uuid::from_bytes(id.0);
        assert_eq!(uuid.get_version_num(), 7);
        assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
        assert_eq!(uuid.get_timestamp().map(|t| t.to_unix()), Some((1_763_856_000, 123_000_000)));
        assert_eq!(id.shard(), ShardId(2_731));
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn products_of_a_group_share_a_shard_and_groups_spread() {
        let shard = |id: &str| ShardId::of_product(&ProductId::new(id).expect("well formed"), 3);
        assert_eq!(shard("sneaker.42"), shard("sneaker.43"));
        let mut counts = [0; 3];
        (0..300).for_each(|n| counts[usize::from(shard(&format!("product-{n}")).0)] += 1);
        assert!(counts.iter().all(|&count| count > 70), "{counts:?}");
    }
}
