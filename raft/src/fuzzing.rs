//! What is done with any bytes from a peer or a disk, for the fuzzer (`raft/fuzz`) and for the tests below: an error or a
//! value, never a panic, never memory beyond the input's order of size.

use std::sync::Arc;

use bytes::Bytes;
use engine::codec;
use futures_util::FutureExt;

use crate::node::{About, AboutRequest, PageRequest, ReportRequest, Reported, Stage, SwapRequest};
use crate::peer::stream::{Dismissal, FrameReader, Hello};
use crate::peer::{Counters, Options, Refusal, wire};
use crate::route::ForwardReply;
use crate::shard::request::Request;
use crate::turnover::Notice;
use crate::{entry, log};

/// Takes frames off bytes that a peer sent, and decodes each as everything that a frame can be. Gives how many messages
/// there were.
pub fn stream(bytes: &[u8]) -> usize {
    let bytes_max = Options::new("fuzzed", 1).frame_bytes_max;
    let mut reader = FrameReader::new(bytes, bytes_max, Arc::new(Counters::default()));
    let mut messages = 0;
    // Bytes in memory are there at once.
    while let Some(Ok(Some(frame))) = reader.next().now_or_never() {
        messages += message(&frame.body);
    }
    messages
}

/// As how many kinds of messages a body can be read.
fn message(body: &Bytes) -> usize {
    let called = body.get(1..).unwrap_or_default();
    let read = [
        wire::decode_append(body.clone(), 1).is_ok(),
        wire::decode_chunk(body.clone()).is_ok(),
        wire::decode::<wire::AppendAnswer>(body).is_ok(),
        wire::decode::<wire::VoteRequest>(body).is_ok(),
        wire::decode::<wire::VoteAnswer>(body).is_ok(),
        wire::decode::<wire::TransferLeader>(body).is_ok(),
        wire::decode::<wire::TransferAnswer>(body).is_ok(),
        wire::decode::<wire::SnapshotBegin>(body).is_ok_and(|begin| begin.check(1).is_ok()),
        wire::decode::<wire::SnapshotInstalled>(body).is_ok(),
        codec::decode::<Refusal>(body).is_ok(),
        codec::decode::<Hello>(body).is_ok(),
        codec::decode::<Dismissal>(body).is_ok(),
        codec::decode::<Vec<Request>>(called).is_ok(),
        codec::decode::<ForwardReply>(called).is_ok(),
        codec::decode::<ReportRequest>(called).is_ok(),
        codec::decode::<Reported>(called).is_ok(),
        codec::decode::<PageRequest>(called).is_ok(),
        codec::decode::<AboutRequest>(called).is_ok(),
        codec::decode::<About>(body).is_ok(),
        codec::decode::<SwapRequest>(called).is_ok(),
        codec::decode::<Stage>(body).is_ok(),
        codec::decode::<Notice>(called).is_ok(),
        codec::decode::<Option<String>>(body).is_ok(),
    ];
    read.into_iter().filter(|read| *read).count()
}

/// Whether bytes are an entry of the log, or a record on the disk that the log is on, its header apart.
pub fn logged(bytes: &[u8]) -> bool {
    let is_entry = entry::decode(bytes).is_ok();
    log::is_record_body(&Bytes::copy_from_slice(bytes)) || is_entry
}

#[cfg(test)]
#[path = "../tests/peer_support/random.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests of hostile peers use the rest of it")]
mod random;

#[cfg(test)]
mod tests {
    use allocation_counter::measure;
    use engine::command::Found;
    use engine::{Batch, Command, LogTime, Proposal, RULES};

    use super::random::Random;
    use super::*;
    use crate::samples;

    /// How many bytes a decoder may have in use at once for each byte that it was given: see `codec::decode`.
    const BYTES_FOR_EACH: usize = 128;
    /// What it may have for any input at all: above all what a connection reads at a time.
    const BYTES_FOR_NONE: usize = 256 << 10;
    const CASES: u64 = 30_000;

    /// A sample with some bytes changed, cut off, repeated or made up, or none of all that.
    fn damaged(random: &mut Random, samples: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = samples[random.below(samples.len())].clone();
        for _ in 0..random.below(4) {
            let at = random.below(bytes.len());
            match random.below(5) {
                0 => bytes.truncate(at),
                1 => bytes.extend_from_within(at..),
                2 => bytes.insert(at, random.next().to_le_bytes()[0]),
                // The lengths stand early.
                3 if !bytes.is_empty() => bytes[at.min(40)] = random.next().to_le_bytes()[0],
                _ if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
                _ => {}
            }
        }
        bytes
    }

    /// Damages samples, reads the results within the bound on memory, and expects some to be something and some not.
    fn run(samples: &[Vec<u8>], is_something: impl Fn(&[u8]) -> bool) {
        samples.iter().for_each(|sample| assert!(is_something(sample), "a sample is something"));
        let mut nothing = 0;
        for seed in 0..CASES {
            let bytes = damaged(&mut Random(seed), samples);
            let mut is = false;
            let used = measure(|| is = is_something(&bytes)).bytes_max;
            let most = (BYTES_FOR_NONE + BYTES_FOR_EACH * bytes.len()) as u64;
            assert!(
                used <= most,
                "seed {seed}: {} bytes made a decoder use {used}: {bytes:02x?}",
                bytes.len()
            );
            nothing += u64::from(!is);
        }
        assert!((CASES / 100..CASES).contains(&nothing), "{nothing} of {CASES} were nothing");
    }

    #[test]
    fn any_bytes_of_a_peer_are_an_error_or_messages() {
        let samples: Vec<Vec<u8>> = samples::frames().into_iter().filter(|frame| stream(frame) > 0).collect();
        assert!(samples.len() > 20, "{} samples", samples.len());
        run(&samples, |bytes| stream(bytes) > 0);
    }

    #[test]
    fn any_bytes_of_a_log_are_an_error_or_an_entry() {
        let batch = |proposals| Batch { now: LogTime(1_795_737_600_000), rules: RULES, proposals };
        let found = Proposal::of(Command::Found(Found { secret: [5; 16] }));
        let entries = [batch(Vec::new()), batch(vec![found.clone()]), batch(vec![found; 20])];
        let entries: Vec<Vec<u8>> = entries.iter().map(|batch| entry::encode(7, batch).to_vec()).collect();
        run(&entries, logged);
    }
}
