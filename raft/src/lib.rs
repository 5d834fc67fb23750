//! openraft made flashsale's own: log store, peer transport, shards and the shard actor.

pub mod types;
