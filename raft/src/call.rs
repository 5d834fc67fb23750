//! The calls that nodes make to each other beside Raft's own.

use crate::peer::CallKind;

/// Requests for a shard's leader, many in one call.
pub const FORWARD: CallKind = CallKind(1);
/// In which leadership the node can answer for a shard, and what log time it is there.
pub const STANDING: CallKind = CallKind(2);
/// What the node says of the time.
pub const ESTIMATE: CallKind = CallKind(3);
/// How the node's replica of a shard stands.
pub const REPORT: CallKind = CallKind(4);
/// More products of a recount that a report began.
pub const REPORT_PAGE: CallKind = CallKind(5);
/// The state hashes of the node's replica of a shard, at log indexes that the caller has.
pub const HASHES: CallKind = CallKind(6);
/// Whether the node's disk has room, so that it can lead.
pub const ROOM: CallKind = CallKind(7);
/// What the node is, and which groups it belongs to: it is asked for no shard.
pub const ABOUT: CallKind = CallKind(16);
/// The next step of a replacement, from a shard's leader.
pub const SWAP: CallKind = CallKind(17);
/// Which node comes in the place of which, and which are not part of the cluster any more: it is told for no shard.
pub const TURNOVER: CallKind = CallKind(18);
