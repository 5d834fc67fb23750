//! The decisions of a shard's core, one story a test.

mod crowd;
mod harness;
mod log_time;
mod payments;
mod stages;

use engine::command::Cancel;
use engine::{Command, LogTime, Refusal, ReservationId, ShardId};
use harness::Harness;
use raft::shard::clock::NodeTime;
use raft::shard::message::Message;
use raft::shard::request::{Ask, Leadership, Obstacle, Reply, Request};

fn is_sold_out(reply: Option<&Reply>) -> bool {
    matches!(reply, Some(Reply::Refused(Refusal::SoldOut { .. })))
}

fn is_done(reply: Option<&Reply>, as_replay: bool) -> bool {
    matches!(reply, Some(Reply::Done { replayed, .. }) if *replayed == as_replay)
}

fn not_done(reply: Option<&Reply>, because: Obstacle) -> bool {
    reply == Some(&Reply::NotDone(because))
}

#[test]
fn nothing_is_answered_before_the_terms_first_entry_is_applied() {
    let mut shard = Harness::new();
    shard.tell(Message::Leadership(Some(shard.leadership)));
    shard.tell(Message::Estimates(vec![NodeTime { led: None, wall: harness::START }]));
    shard.query("early");
    assert!(not_done(shard.replies.get("early"), Obstacle::NotLeader));
    assert!(shard.core.standing().is_none());
    shard.commit_blank();
    shard.flush();
    shard.commit_all();
    assert_eq!(shard.core.standing().map(|(leadership, _)| leadership), Some(shard.leadership));
}

#[test]
fn the_first_leader_founds_the_shard_once() {
    let mut shard = Harness::new();
    shard.elect();
    assert_eq!(shard.proposed.len(), 1);
    shard.flush();
    assert_eq!(shard.proposed.len(), 1, "one founding is in flight");
    shard.commit();
    assert_eq!(shard.core.engine().secret(), Some(&[7; 16]));
    assert!(shard.proposed.is_empty());
}

#[test]
fn what_arrives_together_travels_together_and_is_told_when_it_is_applied() {
    let mut shard = Harness::leading(10);
    shard.reserve("a", "ann", "1");
    shard.reserve("b", "bob", "1");
    shard.flush();
    assert_eq!(shard.proposed.iter().map(|(_, batch)| batch.proposals.len()).collect::<Vec<_>>(), [2]);
    assert!(shard.replies.is_empty());
    shard.commit();
    assert!(is_done(shard.replies.get("a"), false) && is_done(shard.replies.get("b"), false));
    assert_eq!(shard.available(), 8);
}

#[test]
fn what_is_about_nothing_is_refused_without_a_place_in_the_log() {
    let mut shard = Harness::leading(1);
    let made_up = ReservationId::new(ShardId(0), harness::START.0, 99);
    let cancel = |reservation| Ask::Command(Command::Cancel(Cancel { reservation, buyer: None }), None);
    shard.ask("a", cancel(made_up));
    shard.flush();
    assert!(
        shard.proposed.is_empty() && !shard.replies.contains_key("a"),
        "it waits for a round, as a read does"
    );
    shard.confirm(true);
    assert_eq!(shard.replies.get("a"), Some(&Reply::Refused(Refusal::NotFound)));
    let ask = shard.reserve_ask("ann", "1", 1);
    let Ask::Command(Command::Reserve(reserve), _) = &ask else { panic!("it reserves") };
    let reservation = reserve.reservation;
    shard.ask("b", ask);
    shard.flush();
    shard.commit();
    shard.ask("c", cancel(reservation));
    shard.flush();
    shard.commit();
    assert!(is_done(shard.replies.get("c"), false) && shard.available() == 1);
}

#[test]
fn what_was_asked_for_before_the_leadership_is_only_answered_if_it_is_remembered() {
    let mut shard = Harness::leading(2);
    let known = shard.reserve_ask("ann", "1", 1);
    shard.ask("a", known.clone());
    shard.flush();
    shard.commit();
    let earlier = LogTime(harness::START.0 - 1);
    for (name, ask) in [("b", known), ("c", shard.reserve_ask("bob", "1", 1))] {
        let request = Request { sent_at: earlier, ..shard.request(ask) };
        shard.send(request, name);
    }
    shard.flush();
    assert!(is_done(shard.replies.get("b"), true));
    assert!(
        not_done(shard.replies.get("c"), Obstacle::TooLate),
        "an earlier leader may have refused a later send"
    );
    assert!(shard.proposed.is_empty() && shard.available() == 1);
    shard.reserve("d", "dan", "1");
    shard.flush();
    shard.commit();
    let late = shard.reserve_ask("eve", "1", 1);
    let request = Request { sent_at: earlier, ..shard.request(late) };
    shard.send(request, "e");
    shard.flush();
    shard.confirm(true);
    assert!(
        is_sold_out(shard.replies.get("e")),
        "what the state refuses can be refused whenever it was asked for"
    );
}

#[test]
fn a_refusal_waits_for_a_round_that_began_after_it() {
    let mut shard = Harness::leading(1);
    shard.reserve("a", "ann", "1");
    shard.flush();
    shard.commit();
    shard.reserve("b", "bob", "1");
    shard.flush();
    assert_eq!(shard.rounds.len(), 1);
    shard.reserve("c", "cid", "1");
    shard.flush();
    assert_eq!(shard.rounds.len(), 1, "one round at a time");
    shard.confirm(true);
    assert!(is_sold_out(shard.replies.get("b")));
    assert!(!shard.replies.contains_key("c"), "its decision came after the round had begun");
    shard.confirm(true);
    assert!(is_sold_out(shard.replies.get("c")));
    assert!(shard.proposed.is_empty(), "nothing that is sure to fail is logged");
}

#[test]
fn after_a_failed_round_its_decisions_wait_for_the_next() {
    let mut shard = Harness::leading(0);
    shard.reserve("a", "ann", "1");
    shard.flush();
    shard.confirm(false);
    assert!(shard.replies.is_empty());
    shard.confirm(true);
    assert!(is_sold_out(shard.replies.get("a")));
}

#[test]
fn an_attempt_parks_until_what_is_in_flight_is_known_and_newcomers_queue_behind() {
    let mut shard = Harness::leading(2);
    shard.reserve("a", "ann", "1");
    shard.flush();
    let ask = shard.reserve_ask("bob", "1", 2);
    shard.ask("b", ask);
    shard.reserve("c", "cid", "1");
    shard.flush();
    assert_eq!(shard.proposed.len(), 1, "a unit is free for cid, but bob was first");
    shard.lose(true);
    assert!(not_done(shard.replies.get("a"), Obstacle::NotLeader));
    assert!(shard.proposed.is_empty(), "the leadership may be over: nothing follows at once");
    shard.pass(10);
    shard.commit();
    shard.confirm(true);
    assert!(is_done(shard.replies.get("b"), false));
    assert!(is_sold_out(shard.replies.get("c")));
}

#[test]
fn the_parked_are_refused_when_what_is_in_flight_succeeds() {
    let mut shard = Harness::leading(1);
    shard.reserve("a", "ann", "1");
    shard.flush();
    shard.reserve("b", "bob", "1");
    shard.flush();
    assert!(shard.rounds.is_empty() && shard.proposed.len() == 1);
    shard.commit();
    shard.confirm(true);
    assert!(is_done(shard.replies.get("a"), false));
    assert!(is_sold_out(shard.replies.get("b")));
}

#[test]
fn a_buyers_allowance_counts_what_is_in_flight() {
    let mut shard = Harness::leading(10);
    for (name, key) in [("a", "1"), ("b", "2"), ("c", "3")] {
        shard.reserve(name, "ann", key);
    }
    shard.flush();
    assert_eq!(shard.proposed[0].1.proposals.len(), 2, "two are allowed");
    shard.commit();
    shard.confirm(true);
    assert!(matches!(shard.replies.get("c"), Some(Reply::Refused(Refusal::LimitReached { limit: 2, .. }))));
}

#[test]
fn twins_share_one_answer_and_another_request_under_the_key_is_refused() {
    let mut shard = Harness::leading(10);
    shard.reserve("a", "ann", "1");
    shard.reserve("twin", "ann", "1");
    let other = shard.reserve_ask("ann", "1", 2);
    shard.ask("other", other);
    shard.flush();
    assert_eq!(shard.proposed[0].1.proposals.len(), 1);
    shard.commit();
    shard.confirm(true);
    assert!(is_done(shard.replies.get("a"), false) && is_done(shard.replies.get("twin"), true));
    assert_eq!(shard.replies.get("other"), Some(&Reply::Refused(Refusal::KeyReused)));
    shard.reserve("later", "ann", "1");
    assert!(is_done(shard.replies.get("later"), true));
    assert_eq!(shard.available(), 9);
}

#[test]
fn of_one_key_a_few_sends_wait_and_more_are_turned_away_at_once() {
    let mut shard = Harness::leading(10);
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"];
    for name in names {
        shard.reserve(name, "ann", "1");
    }
    shard.reserve("one too many", "ann", "1");
    assert!(not_done(shard.replies.get("one too many"), Obstacle::Overloaded));
    shard.flush();
    shard.commit();
    assert!(names.iter().all(|name| is_done(shard.replies.get(name), *name != "a")));
    assert_eq!(shard.available(), 9);
    shard.reserve("later", "ann", "1");
    assert!(is_done(shard.replies.get("later"), true), "what is known takes no room");
}

#[test]
fn losing_leadership_settles_everybody() {
    let mut shard = Harness::leading(1);
    shard.reserve("flying", "ann", "1");
    shard.flush();
    shard.reserve("twin", "ann", "1");
    shard.reserve("parked", "bob", "1");
    shard.query("read");
    shard.flush();
    shard.tell(Message::Leadership(None));
    assert_eq!(shard.replies.get("flying"), Some(&Reply::Unknown));
    assert_eq!(shard.replies.get("twin"), Some(&Reply::Unknown));
    assert!(not_done(shard.replies.get("parked"), Obstacle::NotLeader));
    assert!(not_done(shard.replies.get("read"), Obstacle::NotLeader));
    shard.confirm(true);
    assert_eq!(shard.replies.len(), 4, "a round of a leadership that is over tells nobody anything");
}

#[test]
fn a_proposal_of_an_earlier_leadership_resolves_nothing_in_a_later_one() {
    let mut shard = Harness::leading(5);
    shard.reserve("a", "ann", "1");
    shard.flush();
    let (nonce, batch) = shard.proposed.remove(0);
    shard.tell(Message::Leadership(None));
    shard.leadership = Leadership { term: 3, node: 1 };
    shard.elect();
    shard.reserve("b", "bob", "1");
    shard.flush();
    assert_ne!(shard.proposed[0].0, nonce, "numbers are not used again");
    shard.proposed.insert(0, (nonce, batch));
    shard.commit();
    assert!(!shard.replies.contains_key("b"));
    shard.commit();
    assert!(is_done(shard.replies.get("b"), false));
}

#[test]
fn a_request_for_another_leadership_is_worth_nothing() {
    let mut shard = Harness::leading(5);
    let ask = shard.reserve_ask("ann", "1", 1);
    let mut request = shard.request(ask);
    request.leadership.term += 1;
    shard.send(request, "a");
    assert!(not_done(shard.replies.get("a"), Obstacle::NotLeader));
}

#[test]
fn no_late_twin_a_refusal_settles_every_earlier_send_of_its_key() {
    let mut shard = Harness::leading(1);
    let first = shard.reserve_ask("bob", "1", 1);
    let first = shard.request(first);
    shard.reserve("a", "ann", "1");
    shard.flush();
    shard.commit();
    shard.pass(10);
    shard.reserve("second", "bob", "1");
    shard.flush();
    shard.confirm(true);
    assert!(is_sold_out(shard.replies.get("second")));
    shard.pass(60_000);
    shard.commit_all();
    assert_eq!(shard.available(), 1, "ann's hold has ended");
    let late = raft::shard::request::Request { not_after: LogTime(u64::MAX), ..first };
    shard.send(late, "late");
    assert!(not_done(shard.replies.get("late"), Obstacle::TooLate));
    shard.reserve("anew", "bob", "1");
    shard.flush();
    shard.commit_all();
    assert!(is_done(shard.replies.get("anew"), false), "a new send of the key is a new try");
}

#[test]
fn whoever_waits_too_long_is_told_what_is_known() {
    let mut shard = Harness::leading(1);
    shard.reserve("flying", "ann", "1");
    shard.flush();
    shard.reserve("parked", "bob", "1");
    shard.query("read");
    shard.flush();
    shard.pass(5_001);
    assert_eq!(
        shard.replies.get("flying"),
        Some(&Reply::Unknown),
        "an isolated leader's proposals stay pending"
    );
    assert!(not_done(shard.replies.get("parked"), Obstacle::TooLate));
    assert!(not_done(shard.replies.get("read"), Obstacle::TooLate));
    let ask = shard.reserve_ask("cid", "1", 1);
    let mut request = shard.request(ask);
    request.not_after = LogTime(request.sent_at.0 - 1);
    shard.send(request, "stale");
    assert!(not_done(shard.replies.get("stale"), Obstacle::TooLate));
}

#[test]
fn a_leadership_that_began_before_a_snapshot_was_installed_goes_on_after_it() {
    let mut shard = Harness::leading(5);
    shard.reserve("flying", "ann", "1");
    shard.flush();
    let mut source = engine::Loader::new(engine::ShardId(0));
    for chunk in shard.core.engine().capture().chunks() {
        assert_eq!(source.feed(&chunk), Ok(()));
    }
    let engine = source.finish().expect("what was captured loads");
    shard.install(engine);
    assert_eq!(shard.replies.get("flying"), Some(&Reply::Unknown));
    shard.commit_blank();
    let wall = LogTime(shard.at.wall);
    shard.tell(Message::Estimates(vec![NodeTime { led: None, wall }]));
    assert_eq!(shard.core.standing().map(|(leadership, _)| leadership), Some(shard.leadership));
}

#[test]
fn a_round_of_an_earlier_leadership_confirms_nothing_in_a_later_one() {
    let mut shard = Harness::leading(0);
    shard.reserve("a", "ann", "1");
    shard.flush();
    let (round, leadership) = (shard.rounds.remove(0), shard.leadership);
    shard.tell(Message::Leadership(None));
    shard.leadership.term += 1;
    shard.elect();
    shard.reserve("b", "bob", "1");
    shard.flush();
    assert_eq!(shard.rounds, [round], "rounds are counted anew");
    shard.tell(Message::Confirmed { round, leadership, led: true });
    assert!(!shard.replies.contains_key("b"));
    shard.confirm(true);
    assert!(is_sold_out(shard.replies.get("b")));
}
