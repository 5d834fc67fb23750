//! How long attempts spend in each stage, as the core counts it.

use raft::shard::message::Message;
use raft::shard::stats::Stage;

use crate::harness::Harness;

#[test]
fn attempts_are_timed_from_their_arrival_to_the_proposal_and_from_there_to_the_commit() {
    let mut shard = Harness::leading(2);
    shard.passed.clear();
    let asks = [
        shard.reserve_ask("ann", "1", 1),
        shard.reserve_ask("bob", "1", 1),
        shard.reserve_ask("cid", "1", 1),
    ];
    let names = ["a", "b", "parked"];
    let requests = asks.into_iter().zip(names).map(|(ask, name)| (shard.request(ask), name)).collect();
    let arrived = shard.at.micros - 300;
    shard.tell(Message::Requests { arrived, requests });
    assert_eq!(shard.passed, [], "nothing is decided yet");
    shard.at.micros += 50;
    shard.flush();
    assert_eq!(shard.passed, [(Stage::Queue, 350, 2)], "two are proposed");
    shard.passed.clear();
    shard.query("read");
    assert_eq!(shard.passed, [(Stage::Queue, 0, 1)], "a read is decided at once");
    shard.passed.clear();
    shard.at.micros += 4_000;
    shard.commit();
    assert_eq!(
        shard.passed,
        [(Stage::Commit, 4_000, 2), (Stage::Queue, 4_350, 1)],
        "and the third is refused"
    );
}
