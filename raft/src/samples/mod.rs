//! Samples of everything that nodes send each other: `tests/samples/peer-protocol-1.hex` keeps the bytes of each frame.
//!
//! Nodes of two versions talk to each other while a cluster is upgraded, so what one version sends the other must read:
//! a message that is encoded otherwise than its sample needs another number, of its kind or of the protocol.

mod calls;
mod handshake;
mod kept;
mod raft;
mod sample;
mod snapshots;
mod tests;

use sample::{Sample, shared};

/// The bytes of a frame of each message.
pub(crate) fn frames() -> Vec<Vec<u8>> {
    samples().iter().map(Sample::bytes).collect()
}

fn samples() -> Vec<Sample> {
    [handshake::samples(), raft::samples(), snapshots::samples(), calls::samples()]
        .into_iter()
        .flatten()
        .collect()
}
