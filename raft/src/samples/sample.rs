//! One frame, and the message in it.

use std::fmt::Debug;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use engine::codec;

use crate::peer::stream::{Frame, Header, Kind, Outgoing};
use crate::peer::{CallKind, wire};

/// A frame under a name.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) header: Header,
    /// As it is encoded today.
    pub(super) body: Bytes,
    /// Decodes a body, and fails if that is not the sample's message.
    pub(super) check: Box<dyn Fn(&Bytes)>,
}

impl Sample {
    /// A message that is encoded and decoded in its own way.
    pub(super) fn of<M: PartialEq + Debug + 'static>(
        kind: Kind,
        name: &'static str,
        message: M,
        encode: impl Fn(&M) -> Vec<Bytes>,
        decode: impl Fn(&Bytes) -> M + 'static,
    ) -> Sample {
        let body = joined(encode(&message));
        let check = Box::new(move |bytes: &Bytes| assert_eq!(decode(bytes), message, "{name}"));
        Sample { name, header: header(kind), body, check }
    }

    /// A message that goes through the codec as it is.
    pub(super) fn coded<M>(kind: Kind, name: &'static str, message: M) -> Sample
    where
        M: bincode::Encode + bincode::Decode<()> + PartialEq + Debug + 'static,
    {
        let decode = |bytes: &Bytes| codec::decode::<M>(bytes).unwrap();
        Sample::of(kind, name, message, |message| wire::encode(message), decode)
    }

    /// A call, whose body begins with what is called.
    pub(super) fn call<M>(call: CallKind, name: &'static str, message: M) -> Sample
    where
        M: bincode::Encode + bincode::Decode<()> + PartialEq + Debug + 'static,
    {
        let encode = |message: &M| vec![Bytes::copy_from_slice(&[call.0]), codec::encode(message).into()];
        let decode = move |bytes: &Bytes| {
            assert_eq!(bytes[0], call.0, "{name}");
            codec::decode::<M>(&bytes[1..]).unwrap()
        };
        Sample::of(Kind::Call, name, message, encode, decode)
    }

    /// A frame without a body, but for `prefix`.
    pub(super) fn bare(kind: Kind, name: &'static str, prefix: &'static [u8]) -> Sample {
        Sample::of(kind, name, Bytes::from_static(prefix), |body| vec![body.clone()], Bytes::clone)
    }

    /// The whole frame, as it is encoded today.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let (head, body) = Outgoing::new(self.header, vec![self.body.clone()]).into_parts();
        head.into_iter().chain(body.into_iter().flatten()).collect()
    }

    /// Checks a frame that was read.
    pub(super) fn matches(&self, frame: &Frame) {
        assert_eq!(frame.header, self.header, "{}", self.name);
        (self.check)(&frame.body);
    }
}

/// Answers have neither a shard nor a time.
fn header(kind: Kind) -> Header {
    match kind {
        Kind::Hello | Kind::Welcome | Kind::TurnedAway => Header::bare(kind, 0),
        Kind::Ping | Kind::Pong | Kind::Answer | Kind::Refusal => Header::bare(kind, 77),
        _ => Header::new(kind, 513, 77, Duration::from_millis(250)),
    }
}

fn joined(body: Vec<Bytes>) -> Bytes {
    let mut bytes = BytesMut::new();
    body.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes.freeze()
}

/// What several messages carry.
pub(super) mod shared {
    use std::collections::{BTreeMap, BTreeSet};

    use openraft::{BasicNode, Membership};

    use crate::types::{LeaderId, LogId, SnapshotMeta, StoredMembership, Vote};

    pub(in crate::samples) fn id(term: u64, node: u64, index: u64) -> LogId {
        LogId { leader_id: LeaderId { term, node_id: node }, index }
    }

    pub(in crate::samples) fn granted(term: u64, node: u64) -> Vote {
        Vote::new_committed(term, node)
    }

    /// A joint configuration with a learner.
    pub(in crate::samples) fn membership() -> Membership<u64, BasicNode> {
        let nodes: BTreeMap<u64, BasicNode> =
            [1, 2, 3, 300].map(|id| (id, BasicNode::new(format!("node-{id}:7000")))).into();
        Membership::new(vec![BTreeSet::from([1, 2]), BTreeSet::from([2, 3])], nodes).unwrap()
    }

    pub(in crate::samples) fn meta() -> SnapshotMeta {
        SnapshotMeta {
            last_log_id: Some(id(4, 1, 90_000)),
            last_membership: StoredMembership::new(Some(id(2, 2, 40)), membership()),
        }
    }
}
