//! Whatever arrives, a node closes the connection cleanly and serves the others.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod peer_support;

use std::time::Duration;

use bytes::Bytes;
use peer_support::handler::{ECHO, SHARD, SLEEP};
use peer_support::node::{ANYWHERE, Disk, Node, listen, peers, server};
use peer_support::random::Random;
use peer_support::raw::{frame, read_frame, recorded_hello, write_until_closed};
use peer_support::{PATIENCE, options, until, within_ms};
use raft::peer::{Error, Kind, Options, ServerHandle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

async fn connect(server: &ServerHandle) -> TcpStream {
    TcpStream::connect(server.address()).await.unwrap()
}

/// A connection on which node 1 has said hello to node 2.
async fn greeted(server: &ServerHandle, hello: &[u8]) -> TcpStream {
    let mut stream = connect(server).await;
    stream.write_all(hello).await.unwrap();
    let (kind, _, _) = read_frame(&mut stream).await;
    assert_eq!(kind, Kind::Welcome as u8);
    stream
}

/// Fails if the server does not answer a well-behaved node.
async fn assert_serves(server: &ServerHandle) {
    let peers = peers(options(1), 2, server.address());
    let answer = peers.call(2, 0, ECHO, Bytes::new(), within_ms(5_000)).await;
    assert!(answer.is_ok(), "{answer:?}");
    peers.shutdown().await;
}

#[tokio::test]
async fn random_bytes_instead_of_a_hello_are_turned_away() {
    let (server, _) = server(options(2), ANYWHERE).await;
    for seed in 0..200 {
        let bytes = Random(seed).bytes(400);
        let mut stream = connect(&server).await;
        // What looks like the beginning of a frame is waited for, until the deadline of the hello: end it here.
        stream.write_all(&bytes).await.ok();
        stream.shutdown().await.ok();
        let mut said = Vec::new();
        let closed = timeout(PATIENCE, stream.read_to_end(&mut said)).await;
        assert!(closed.is_ok(), "seed {seed}: {bytes:?}");
    }
    assert_eq!(server.counters().connected(), 0);
    assert_serves(&server).await;
    server.shutdown().await;
}

#[tokio::test]
async fn random_frames_behind_a_hello_are_answered_or_end_the_connection() {
    let node = Node::start(2, ANYWHERE, Disk::default(), &[].into()).await;
    let server = &node.server;
    let hello = recorded_hello(1, 2).await;
    let kinds = [1, 2, 3, 4, 5, 16, 17, 18, 19, 20, 21, 22, 23, 24, 32, 64, 65, 0, 99, 255];
    for seed in 0..400 {
        let mut random = Random(seed);
        let mut stream = greeted(server, &hello).await;
        for _ in 0..4 {
            let kind = kinds[usize::try_from(random.next()).unwrap() % kinds.len()];
            let body = random.bytes(200);
            stream.write_all(&frame(kind, SHARD, random.next(), 50, &body)).await.ok();
        }
        // Half of a frame, and nothing more.
        stream.write_all(&frame(32, SHARD, 1, 50, &[0; 100])[..30]).await.ok();
        stream.shutdown().await.ok();
        let mut said = Vec::new();
        assert!(timeout(PATIENCE, stream.read_to_end(&mut said)).await.is_ok(), "seed {seed}");
    }
    assert_eq!(server.counters().connected(), 400);
    assert!(server.counters().malformed() > 300, "{} of 400", server.counters().malformed());
    assert!(node.disk.log.entries().is_empty());
    assert_serves(server).await;
    node.stop().await;
}

#[tokio::test]
async fn a_changed_byte_in_a_hello_never_confuses_a_node() {
    let (server, _) = server(options(2), ANYWHERE).await;
    let hello = recorded_hello(1, 2).await;
    for at in 4..hello.len() {
        let mut changed = hello.clone();
        changed[at] ^= 0x41;
        let mut stream = connect(&server).await;
        stream.write_all(&changed).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut said = Vec::new();
        assert!(timeout(PATIENCE, stream.read_to_end(&mut said)).await.is_ok(), "byte {at}");
    }
    assert_serves(&server).await;
    server.shutdown().await;
}

#[tokio::test]
async fn a_frame_over_the_limit_ends_the_connection_before_it_has_come() {
    let (server, _) = server(options(2), ANYWHERE).await;
    let hello = recorded_hello(1, 2).await;
    for length in [0_u32, 14, (8 << 20) + 1, u32::MAX] {
        let mut stream = greeted(&server, &hello).await;
        let said = write_until_closed(&mut stream, &length.to_le_bytes()).await;
        assert!(said.is_empty());
    }
    assert_eq!(server.counters().malformed(), 4);
    assert_serves(&server).await;
    server.shutdown().await;
}

#[tokio::test]
async fn who_says_nothing_is_closed_at_the_deadline_of_the_hello() {
    let (server, _) = server(options(2), ANYWHERE).await;
    let began = Instant::now();
    let mut silent = connect(&server).await;
    write_until_closed(&mut silent, &[]).await;
    assert!(began.elapsed() >= Duration::from_millis(400), "{:?}", began.elapsed());
    let mut slow = connect(&server).await;
    write_until_closed(&mut slow, &[40, 0, 0]).await;
    assert_eq!(server.counters().turned_away(), 2);
    server.shutdown().await;
}

#[tokio::test]
async fn who_falls_silent_after_the_hello_is_closed_too() {
    let (server, _) = server(options(2), ANYWHERE).await;
    let mut stream = greeted(&server, &recorded_hello(1, 2).await).await;
    write_until_closed(&mut stream, &[]).await;
    assert_eq!(server.counters().disconnected(), 1);
    server.shutdown().await;
}

#[tokio::test]
async fn connections_are_bounded_and_room_comes_back() {
    let (server, _) = server(Options { connections_max: 3, ..options(2) }, ANYWHERE).await;
    let hello = recorded_hello(1, 2).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(greeted(&server, &hello).await);
    }
    let mut fourth = connect(&server).await;
    assert!(write_until_closed(&mut fourth, &[]).await.is_empty());
    assert_eq!(server.counters().turned_away(), 1);
    drop(held);
    until("there is room again", async || server.counters().disconnected() == 3).await;
    assert_serves(&server).await;
    server.shutdown().await;
}

#[tokio::test]
async fn who_asks_without_reading_the_answers_is_held_up_and_costs_no_memory() {
    let limits = Options { calls_max: 4, write_timeout: Duration::from_millis(500), ..options(2) };
    let (server, handler) = server(limits, ANYWHERE).await;
    let mut stream = greeted(&server, &recorded_hello(1, 2).await).await;
    let call = frame(32, 0, 1, 60_000, &[&[ECHO.0][..], &[7; 1 << 20]].concat());
    let asking = async { while stream.write_all(&call).await.is_ok() {} };
    let closed = timeout(PATIENCE, asking).await;
    assert!(closed.is_ok(), "a connection that cannot be written to is given up");
    assert!(handler.at_work_max() <= 4);
    assert_serves(&server).await;
    server.shutdown().await;
}

#[tokio::test]
async fn an_answer_that_is_none_ends_the_connection_of_the_one_who_asked() {
    let listener = listen(ANYWHERE).await;
    let address = listener.local_addr().unwrap();
    let hello = recorded_hello(1, 2).await;
    let welcome = {
        let (server, _) = server(options(2), ANYWHERE).await;
        let mut stream = connect(&server).await;
        stream.write_all(&hello).await.unwrap();
        let (_, _, body) = read_frame(&mut stream).await;
        server.shutdown().await;
        frame(Kind::Welcome as u8, 0, 0, 0, &body)
    };
    let answers =
        [frame(32, 0, 1, 0, b"a call"), frame(65, 0, 1, 0, b"\x01\xff"), vec![255; 30], vec![1, 2, 3]];
    let answering = tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_frame(&mut stream).await;
            stream.write_all(&welcome).await.unwrap();
            while read_frame(&mut stream).await.0 != Kind::Call as u8 {}
            stream.write_all(&answer).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    let peers = peers(options(1), 2, address);
    for _ in 0..4 {
        let mut outcome = None;
        until("a call reaches the other side", async || {
            outcome = peers.call(2, 0, SLEEP, Bytes::new(), within_ms(5_000)).await.err();
            !matches!(outcome, Some(Error::Unreachable { .. }))
        })
        .await;
        let error = outcome.unwrap();
        assert!(matches!(error, Error::Lost { .. }) && error.may_have_happened(), "{error}");
    }
    assert_eq!(peers.counters().malformed(), 3, "the last one was only cut off");
    peers.shutdown().await;
    answering.await.unwrap();
}
