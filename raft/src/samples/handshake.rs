//! Frames of a connection itself.

use super::Sample;
use crate::peer::Refusal;
use crate::peer::stream::{Dismissal, Hello, Kind};

pub(super) fn samples() -> Vec<Sample> {
    let hello = Hello {
        magic: *b"flashpee",
        protocol: 1,
        cluster: "shop".to_owned(),
        from: 1,
        to: 300,
        instance: 1 << 90,
    };
    let welcome = Hello { from: 300, to: 1, ..hello.clone() };
    let dismissal = Dismissal { reason: "node 1 belongs to another cluster".to_owned(), stranger: false };
    let refusals = [
        ("refusal: unknown shard", Refusal::UnknownShard),
        ("refusal: unknown kind", Refusal::UnknownKind),
        ("refusal: busy", Refusal::Busy),
        ("refusal: stopping", Refusal::Stopping),
        ("refusal: behind failed", Refusal::BehindFailed),
        ("refusal: expired", Refusal::Expired),
        ("refusal: abandoned", Refusal::Abandoned),
        ("refusal: failed", Refusal::failed("the disk is full")),
    ];
    let mut samples = vec![
        Sample::coded(Kind::Hello, "hello", hello),
        Sample::coded(Kind::Welcome, "welcome", welcome),
        Sample::coded(Kind::TurnedAway, "turned away", dismissal),
        Sample::bare(Kind::Ping, "ping", &[]),
        Sample::bare(Kind::Pong, "pong", &[]),
    ];
    samples.extend(refusals.map(|(name, refusal)| Sample::coded(Kind::Refusal, name, refusal)));
    samples
}
