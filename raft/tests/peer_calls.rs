//! Calls between two nodes, and what becomes of them when things go wrong.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod peer_support;

use std::time::Duration;

use bytes::Bytes;
use peer_support::handler::{ECHO, FLOOD, PANIC, SLEEP};
use peer_support::node::{ANYWHERE, listen, peers, server};
use peer_support::{PATIENCE, options, until, within_ms};
use raft::peer::{CallKind, Direction, Error, Kind, Options, Peers, Refusal};
use tokio::time::{Instant, timeout};

const SOON: u64 = 5_000;

#[tokio::test]
async fn a_call_is_answered_and_counted() {
    let (server, _) = server(options(2), ANYWHERE).await;
    let peers = peers(options(1), 2, server.address());
    let answer = peers.call(2, 9, ECHO, Bytes::from_static(b"hello"), within_ms(SOON)).await;
    assert_eq!(answer, Ok(Bytes::from_static(b"1 9 hello")));
    assert_eq!(peers.connected(), [2]);
    assert_eq!((peers.counters().calls(ECHO), server.counters().calls(ECHO)), (1, 1));
    assert_eq!(server.counters().frames(Direction::In, Kind::Call), 1);
    assert!(peers.counters().bytes(Direction::Out) > 20);
    assert!(server.counters().bytes(Direction::In) > 20);
    peers.shutdown().await;
    server.shutdown().await;
}

#[tokio::test]
async fn large_and_small_calls_pass_at_the_same_time_on_one_connection() {
    let (server, _) = server(options(2), ANYWHERE).await;
    let peers = peers(options(1), 2, server.address());
    let calls = (0..200_u8).map(|number| {
        let body = Bytes::from(vec![number; usize::from(number % 7) * 100_000]);
        let peers = &peers;
        async move {
            let answer = peers.call(2, 0, ECHO, body.clone(), within_ms(SOON)).await.unwrap();
            assert_eq!(answer, [b"1 0 ", &body[..]].concat());
        }
    });
    timeout(PATIENCE, futures_util::future::join_all(calls)).await.unwrap();
    assert_eq!(server.counters().connected(), 1);
    peers.shutdown().await;
    server.shutdown().await;
}

#[tokio::test]
async fn a_deadline_ends_the_waiting_here_and_the_work_there() {
    let (server, handler) = server(options(2), ANYWHERE).await;
    let peers = peers(options(1), 2, server.address());
    let error = peers.call(2, 0, SLEEP, Bytes::new(), within_ms(100)).await.unwrap_err();
    assert!(matches!(
        error,
        Error::Timeout { node: 2, .. } | Error::Refused { refusal: Refusal::Expired, .. }
    ));
    assert!(error.may_have_happened());
    until("the handler was dropped", async || handler.at_work() == 0).await;
    peers.shutdown().await;
    server.shutdown().await;
}

#[tokio::test]
async fn refusals_tell_whether_anything_may_have_happened() {
    let (server, _) = server(options(2), ANYWHERE).await;
    let peers = peers(options(1), 2, server.address());
    let unknown = peers.call(2, 0, CallKind(99), Bytes::new(), within_ms(SOON)).await.unwrap_err();
    assert_eq!(unknown, Error::Refused { node: 2, refusal: Refusal::UnknownKind });
    assert!(!unknown.may_have_happened());
    let panicked = peers.call(2, 0, PANIC, Bytes::new(), within_ms(SOON)).await.unwrap_err();
    assert_eq!(panicked, Error::Refused { node: 2, refusal: Refusal::Abandoned });
    assert!(panicked.may_have_happened());
    let flooded = peers.call(2, 0, FLOOD, Bytes::new(), within_ms(SOON)).await.unwrap_err();
    assert!(matches!(flooded, Error::Refused { refusal: Refusal::Failed { .. }, .. }), "{flooded}");
    let nobody = peers.call(3, 0, ECHO, Bytes::new(), within_ms(SOON)).await.unwrap_err();
    assert_eq!(nobody, Error::NoAddress { node: 3 });
    let answer = peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await;
    assert_eq!(answer, Ok(Bytes::from_static(b"1 0 ")), "the connection has survived it all");
    assert_eq!(server.counters().connected(), 1);
    peers.shutdown().await;
    server.shutdown().await;
}

#[tokio::test]
async fn what_exceeds_a_frame_is_not_sent() {
    let (server, _) = server(options(2), ANYWHERE).await;
    let peers = peers(options(1), 2, server.address());
    let error = peers.call(2, 0, ECHO, Bytes::from(vec![0; 9 << 20]), within_ms(SOON)).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { node: 2, .. }));
    assert_eq!(server.counters().frames(Direction::In, Kind::Call), 0);
    peers.shutdown().await;
    server.shutdown().await;
}

#[tokio::test]
async fn calls_beyond_the_bound_wait_and_then_say_that_nothing_was_sent() {
    let (server, handler) = server(options(2), ANYWHERE).await;
    let peers = peers(Options { calls_max: 2, ..options(1) }, 2, server.address());
    let slow = [(); 2].map(|()| {
        let peers = peers.clone();
        tokio::spawn(async move { peers.call(2, 0, SLEEP, Bytes::new(), within_ms(1_000)).await })
    });
    until("both are at work", async || handler.at_work() == 2).await;
    let error = peers.call(2, 0, ECHO, Bytes::new(), within_ms(50)).await.unwrap_err();
    assert_eq!(error, Error::Overloaded { node: 2 });
    assert!(!error.may_have_happened());
    let patient = peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await;
    assert!(patient.is_ok(), "room comes when the slow ones give up: {patient:?}");
    assert_eq!(handler.at_work_max(), 2);
    for call in slow {
        assert!(call.await.unwrap().is_err());
    }
    peers.shutdown().await;
    server.shutdown().await;
}

#[tokio::test]
async fn a_server_refuses_more_than_it_allows_for_a_connection() {
    let (server, handler) = server(Options { calls_max: 2, ..options(2) }, ANYWHERE).await;
    let peers = peers(options(1), 2, server.address());
    let slow = [(); 2].map(|()| {
        let peers = peers.clone();
        tokio::spawn(async move { peers.call(2, 0, SLEEP, Bytes::new(), within_ms(SOON)).await })
    });
    until("both are at work", async || handler.at_work() == 2).await;
    let error = peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await.unwrap_err();
    assert_eq!(error, Error::Refused { node: 2, refusal: Refusal::Busy });
    peers.shutdown().await;
    for call in slow {
        let error = call.await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Lost { .. }) && error.may_have_happened(), "{error}");
    }
    server.shutdown().await;
}

#[tokio::test]
async fn a_node_that_is_down_fails_calls_at_once_and_is_found_again_soon() {
    let (first, _) = server(options(2), ANYWHERE).await;
    let address = first.address();
    let peers = peers(options(1), 2, address);
    assert!(peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await.is_ok());
    let lost = {
        let peers = peers.clone();
        tokio::spawn(async move { peers.call(2, 0, SLEEP, Bytes::new(), within_ms(SOON)).await })
    };
    until("the call is there", async || first.counters().calls(SLEEP) == 1).await;
    first.shutdown().await;
    let error = lost.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Lost { node: 2, .. }) && error.may_have_happened(), "{error}");

    until("the node is known to be down", async || {
        let error = peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await.unwrap_err();
        assert!(!error.may_have_happened() || matches!(error, Error::Lost { .. }), "{error}");
        error.to_string().contains("connecting to")
    })
    .await;
    let began = Instant::now();
    for _ in 0..100 {
        let error = peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await.unwrap_err();
        assert!(matches!(error, Error::Unreachable { node: 2, .. }), "{error}");
    }
    assert!(began.elapsed() < Duration::from_millis(500), "a hundred failures took {:?}", began.elapsed());

    let (second, _) = server(options(2), &address.to_string()).await;
    let back = Instant::now();
    until("the node is found again", async || {
        peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await.is_ok()
    })
    .await;
    assert!(back.elapsed() < Duration::from_secs(1), "found again after {:?}", back.elapsed());
    peers.shutdown().await;
    second.shutdown().await;
}

#[tokio::test]
async fn a_node_that_falls_silent_is_given_up() {
    let listener = listen(ANYWHERE).await;
    let (relay, target) = (listener.local_addr().unwrap(), server(options(2), ANYWHERE).await);
    let stalled = tokio::sync::watch::channel(false);
    let mut stall = stalled.1.clone();
    let relaying = tokio::spawn(async move {
        let (mut near, _) = listener.accept().await.unwrap();
        let mut far = tokio::net::TcpStream::connect(target.0.address()).await.unwrap();
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
            _ = stall.changed() => {}
        }
        // Both connections stay open, and nothing moves any more.
        std::future::pending::<()>().await;
        drop((near, far, target));
    });
    let peers = peers(options(1), 2, relay);
    assert!(peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await.is_ok());
    stalled.0.send(true).unwrap();
    let began = Instant::now();
    let error = peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await.unwrap_err();
    assert!(matches!(&error, Error::Lost { why, .. } if why.contains("nothing came")), "{error}");
    assert!(began.elapsed() < Duration::from_secs(2), "given up after {:?}", began.elapsed());
    peers.shutdown().await;
    relaying.abort();
}

#[tokio::test]
async fn the_wrong_cluster_and_the_wrong_node_are_turned_away_and_both_are_named() {
    let (server, _) = server(options(2), ANYWHERE).await;
    let cases = [
        (Options { cluster: "staging".into(), ..options(1) }, 2, ["\"staging\"", "\"test\""]),
        (options(1), 5, ["dialled node 5", "reached node 2"]),
        (options(2), 2, ["node 2 dialled itself", "has its id"]),
    ];
    for (options, to, words) in cases {
        let peers = peers(options, to, server.address());
        let error = peers.call(to, 0, ECHO, Bytes::new(), within_ms(SOON)).await.unwrap_err();
        assert!(!error.may_have_happened());
        assert!(words.iter().all(|word| error.to_string().contains(word)), "{error}");
        peers.shutdown().await;
    }
    assert_eq!(server.counters().connected(), 0);
    server.shutdown().await;
}

#[tokio::test]
async fn a_node_that_moves_is_followed() {
    let (old, _) = server(options(2), ANYWHERE).await;
    let (new, _) = server(options(2), ANYWHERE).await;
    let peers = peers(options(1), 2, old.address());
    assert!(peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await.is_ok());
    peers.set_address(2, &new.address().to_string());
    until("calls go to the new address", async || {
        let answered = peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await.is_ok();
        answered && new.counters().calls(ECHO) > 0
    })
    .await;
    peers.shutdown().await;
    old.shutdown().await;
    new.shutdown().await;
}

#[tokio::test]
async fn after_shutdown_nothing_is_sent_and_nobody_listens() {
    let (server, handler) = server(options(2), ANYWHERE).await;
    let address = server.address();
    let peers = peers(options(1), 2, address);
    let waiting = {
        let peers = peers.clone();
        tokio::spawn(async move { peers.call(2, 0, SLEEP, Bytes::new(), within_ms(60_000)).await })
    };
    until("the call is at work", async || handler.at_work() == 1).await;
    server.shutdown().await;
    assert_eq!(handler.at_work(), 0, "shutdown awaits what is at work");
    assert!(waiting.await.unwrap().is_err());
    peers.shutdown().await;
    let error = peers.call(2, 0, ECHO, Bytes::new(), within_ms(SOON)).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }));
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    let idle = Peers::new(options(1), []);
    timeout(PATIENCE, idle.shutdown()).await.unwrap();
}
