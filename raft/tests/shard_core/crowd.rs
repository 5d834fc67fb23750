//! Many at once, and one who comes very often.

use engine::command::Cancel;
use engine::{Command, Refusal, Scope, limits};
use raft::shard::message::Message;
use raft::shard::request::{Ask, Obstacle, Reply, Request};

use crate::harness::Harness;

#[test]
fn of_many_that_come_together_each_is_answered_once_and_what_is_not_the_leaderships_is_turned_away() {
    let names: Vec<&'static str> = (0..100).map(|number| &*format!("buyer-{number}").leak()).collect();
    let mut shard = Harness::leading(60);
    let mut requests: Vec<(Request, &'static str)> = Vec::new();
    for &name in &names {
        let ask = shard.reserve_ask(name, name, 1);
        requests.push((shard.request(ask), name));
    }
    requests[40].0.leadership.term += 1;
    requests[70].0.not_after = engine::LogTime(1);
    shard.tell(Message::Requests { arrived: shard.at.micros, requests });
    shard.flush();
    shard.commit_all();
    shard.confirm(true);
    assert_eq!(shard.replies.len(), names.len());
    assert_eq!(shard.replies[names[40]], Reply::NotDone(Obstacle::NotLeader));
    assert_eq!(shard.replies[names[70]], Reply::NotDone(Obstacle::TooLate));
    let done = shard.replies.values().filter(|reply| matches!(reply, Reply::Done { .. })).count();
    let sold_out = |reply: &&Reply| matches!(reply, Reply::Refused(Refusal::SoldOut { .. }));
    assert_eq!((done, shard.replies.values().filter(sold_out).count()), (60, 38));
}

#[test]
fn whoever_has_as_many_keys_as_there_can_be_is_told_so_whatever_is_sold_and_nothing_is_logged() {
    let mut shard = Harness::leading(1);
    for number in 0..limits::KEYS_PER_BUYER / 2 {
        let reservation = shard.hold("ann", "ann", &format!("hold-{number}"));
        assert!(matches!(shard.replies.remove("ann"), Some(Reply::Done { .. })));
        let scope =
            Scope { principal: "ann".into(), route: "POST /cancel".into(), key: format!("cancel-{number}") };
        let cancel = Command::Cancel(Cancel { reservation, buyer: None });
        shard.ask("ann", Ask::Command(cancel, Some(scope)));
        shard.flush();
        shard.commit_all();
        assert!(matches!(shard.replies.remove("ann"), Some(Reply::Done { .. })));
    }
    shard.hold("bob", "bob", "hold");
    shard.reserve("ann again", "ann", "another");
    shard.flush();
    assert!(shard.proposed.is_empty(), "what is sure to fail is not logged");
    shard.confirm(true);
    assert_eq!(shard.replies["ann again"], Reply::Refused(Refusal::TooManyKeys));
}
