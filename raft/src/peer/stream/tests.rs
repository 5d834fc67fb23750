//! Frames over streams in memory.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncWrite, AsyncWriteExt, duplex, split};
use tokio::time::{Instant, timeout};

use super::*;
use crate::peer::{Counters, Options};

const BYTES_MAX: usize = 1 << 20;

fn frame(request: u64, body: &[u8]) -> Outgoing {
    let header = Header::new(Kind::Call, 3, request, Duration::from_millis(250));
    Outgoing::new(header, vec![Bytes::copy_from_slice(body)])
}

/// What `write_frames` makes of these frames, once nobody can send any more.
async fn written(frames: impl IntoIterator<Item = (Class, Outgoing)>) -> (Vec<u8>, usize) {
    let (outbox, queued) = outbox(100, 100);
    for (class, frame) in frames {
        assert!(outbox.offer(class, frame));
    }
    drop(outbox);
    let sink = Sink::default();
    write_frames(sink.clone(), queued, Duration::from_secs(5), Arc::default()).await.unwrap();
    let state = sink.state.lock().unwrap();
    (state.bytes.clone(), state.calls)
}

/// Takes everything, and counts the calls.
#[derive(Debug, Clone, Default)]
struct Sink {
    state: Arc<Mutex<Written>>,
}

#[derive(Debug, Default)]
struct Written {
    bytes: Vec<u8>,
    calls: usize,
}

impl AsyncWrite for Sink {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut state = self.state.lock().unwrap();
        state.bytes.extend_from_slice(bytes);
        state.calls += 1;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.state.lock().unwrap();
        slices.iter().for_each(|slice| state.bytes.extend_from_slice(slice));
        state.calls += 1;
        Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn reader(bytes: &[u8]) -> FrameReader<&[u8]> {
    FrameReader::new(bytes, BYTES_MAX, Arc::default())
}

async fn read_all(bytes: &[u8]) -> Result<Vec<Frame>, ReadError> {
    let mut reader = reader(bytes);
    let mut frames = Vec::new();
    while let Some(frame) = reader.next().await? {
        frames.push(frame);
    }
    Ok(frames)
}

#[tokio::test]
async fn frames_make_the_round_trip_and_share_system_calls() {
    let bodies: Vec<Vec<u8>> = (0..40).map(|number| vec![7; number * number * 10]).collect();
    let frames = (0..).zip(&bodies).map(|(request, body)| (Class::Bulk, frame(request, body)));
    let (bytes, calls) = written(frames).await;
    let read = read_all(&bytes).await.unwrap();
    assert_eq!(read.len(), 40);
    for (request, (frame, body)) in (0..).zip(read.iter().zip(&bodies)) {
        assert_eq!(frame.header, Header { kind: Kind::Call, shard: 3, request, time_left_ms: 250 });
        assert_eq!(frame.body, body[..]);
    }
    assert!(calls <= 4, "{calls} system calls for 40 frames of 205 KB together");
}

#[tokio::test]
async fn urgent_frames_overtake_what_waits() {
    let bulk = (0..10).map(|request| (Class::Bulk, frame(request, &[0; 200_000])));
    let urgent = (10..13).map(|request| (Class::Urgent, frame(request, b"heartbeat")));
    let (bytes, _) = written(bulk.chain(urgent)).await;
    let order: Vec<u64> = read_all(&bytes).await.unwrap().iter().map(|frame| frame.header.request).collect();
    assert_eq!(order[..3], [10, 11, 12]);
    assert_eq!(order[3..], (0..10).collect::<Vec<u64>>());
}

#[tokio::test]
async fn a_connection_that_takes_nothing_is_given_up() {
    let (near, _far) = duplex(100);
    let (outbox, queued) = outbox(10, 10);
    assert!(outbox.offer(Class::Bulk, frame(1, &[0; 1_000])));
    let written = write_frames(near, queued, Duration::from_millis(50), Arc::default()).await;
    assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn what_is_no_frame_is_an_error_that_says_why() {
    let (valid, _) = written([(Class::Bulk, frame(1, b"body"))]).await;
    for length in 1..valid.len() {
        assert!(matches!(read_all(&valid[..length]).await, Err(ReadError::Truncated)), "{length} bytes");
    }
    let with_length =
        |length: usize| [&u32::try_from(length).unwrap().to_le_bytes()[..], &valid[4..]].concat();
    let too_large = read_all(&with_length(BYTES_MAX + 1)).await;
    assert!(matches!(too_large, Err(ReadError::TooLarge { bytes_max: BYTES_MAX, .. })));
    assert!(matches!(read_all(&with_length(14)).await, Err(ReadError::TooShort { bytes: 14 })));
    let mut unknown = valid.clone();
    unknown[4] = 200;
    assert!(matches!(read_all(&unknown).await, Err(ReadError::UnknownKind { kind: 200 })));
}

#[tokio::test]
async fn memory_follows_what_has_arrived_and_not_what_was_announced() {
    let (mut far, near) = duplex(BYTES_MAX);
    let mut reader = FrameReader::new(near, BYTES_MAX, Arc::default());
    let announced = u32::try_from(BYTES_MAX).unwrap().to_le_bytes();
    far.write_all(&announced).await.unwrap();
    for arrived in [10, 1_000, 100_000, 400_000] {
        far.write_all(&vec![16; arrived]).await.unwrap();
        assert!(timeout(Duration::from_millis(20), reader.next()).await.is_err());
        let memory = reader.memory();
        assert!(memory <= (arrived * 4).max(200_000), "{memory} bytes for {arrived} that have arrived");
    }
}

#[tokio::test]
async fn a_budget_gives_room_back_and_refuses_what_is_too_much() {
    let budget = Budget::new(2, 1_000);
    let first = budget.take_now(600).unwrap();
    assert!(budget.take_now(600).is_none(), "too many bytes");
    let second = budget.take_now(1).unwrap();
    assert!(budget.take_now(0).is_none(), "too many requests");
    assert!(budget.take(0, Instant::now() + Duration::from_millis(20)).await.is_none());
    drop((first, second));
    let whole = budget.take(5_000, Instant::now() + Duration::from_secs(5)).await;
    assert!(whole.is_some(), "what exceeds the budget takes all of it");
    assert!(budget.take_now(1).is_none());
}

fn options(node: u64) -> Options {
    Options::new("shop", node)
}

async fn hello(near: Options, to: u64, far: Options) -> (Result<u64, String>, Result<u64, String>) {
    let (near_end, far_end) = duplex(4096);
    let counters = Arc::<Counters>::default();
    let ends = [near_end, far_end].map(split);
    let [(near_in, near_out), (far_in, far_out)] = ends;
    let near_in = FrameReader::new(near_in, BYTES_MAX, counters.clone());
    let far_in = FrameReader::new(far_in, BYTES_MAX, counters);
    let (greeted, admitted) = tokio::join!(greet(near_in, near_out, &near, to), admit(far_in, far_out, &far));
    let node = |error: HelloError| error.to_string();
    (greeted.map(|greeted| greeted.node).map_err(node), admitted.map(|admitted| admitted.node).map_err(node))
}

#[tokio::test]
async fn a_hello_is_agreed_on_or_both_sides_know_why_not() {
    assert_eq!(hello(options(1), 2, options(2)).await, (Ok(2), Ok(1)));
    let cases = [
        (
            Options { cluster: "stage".into(), ..options(1) },
            2,
            "node 1 belongs to cluster \"stage\", node 2 to cluster \"shop\"",
        ),
        (options(1), 3, "node 1 dialled node 3 and reached node 2"),
        (options(2), 2, "node 2 dialled itself"),
    ];
    let far = options(2);
    far.acquaintances.meet(1, 77).await.expect("it was new then");
    let near = options(1);
    let words = near.acquaintances.clone();
    let cases = cases.map(|(near, to, why)| (near, to, options(2), why));
    let stranger = (near, 2, far, "node 1 is known by another data directory");
    for (near, to, far, why) in cases.into_iter().chain([stranger]) {
        let (Err(near), Err(far)) = hello(near, to, far).await else { panic!("agreed on {why}") };
        assert!(near.contains(why) && far.contains(why), "{near}; {far}");
    }
    assert!(words.disowned().await.contains("bring its old directory back"));
}
