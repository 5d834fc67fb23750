//! Log time as the core leads by it: ticks, failovers, restarts, and many holds that end at once.

use engine::{Answer, LogTime, Span};
use raft::shard::clock::{LedTime, NodeTime};
use raft::shard::message::Message;
use raft::shard::request::Reply;

use crate::harness::Harness;

#[test]
fn a_tick_is_proposed_when_a_deadline_is_due_and_each_second_while_one_is_pending() {
    let mut shard = Harness::leading(1);
    shard.pass(10_000);
    assert!(shard.proposed.is_empty(), "nothing is pending, so nothing ticks");
    shard.reserve("a", "ann", "1");
    shard.flush();
    shard.commit();
    shard.pass(900);
    assert!(shard.proposed.is_empty());
    shard.pass(100);
    assert_eq!(shard.proposed.len(), 1);
    assert!(shard.proposed[0].1.proposals.is_empty());
    shard.commit();
    shard.pass(59_000);
    shard.commit_all();
    assert_eq!(shard.available(), 1, "the hold has ended");
    shard.pass(10_000);
    assert!(shard.proposed.is_empty(), "nothing is pending any more");
}

#[test]
fn log_time_goes_on_over_a_failover_and_ignores_a_wrong_wall_clock() {
    let mut shard = Harness::leading(1);
    shard.reserve("a", "ann", "1");
    shard.flush();
    shard.commit();
    let before = shard.now();
    shard.tell(Message::Leadership(None));
    shard.at.wall += 86_400_000;
    shard.pass(500);
    shard.leadership.term += 1;
    shard.tell(Message::Leadership(Some(shard.leadership)));
    shard.commit_blank();
    let own = shard.now();
    assert_eq!(own, before.after(Span(500)));
    let term = shard.leadership.term - 1;
    let wall = LogTime(shard.at.wall);
    let led = |late: u64| NodeTime { led: Some(LedTime { term, log: before.after(Span(500 - late)) }), wall };
    shard.tell(Message::Estimates(vec![led(20), led(10), NodeTime { led: None, wall }]));
    assert_eq!(shard.now(), before.after(Span(490)), "who heard it earliest knows best");
}

#[test]
fn what_lay_in_the_log_while_all_nodes_were_down_does_not_tell_what_time_it_is() {
    let mut before = Harness::leading(1);
    before.reserve("a", "ann", "1");
    before.flush();
    let old = before.proposed.remove(0);
    let mut shard = Harness::new();
    shard.at.wall += 3_600_000;
    shard.proposed.push(old);
    shard.commit();
    assert_eq!(shard.now().0, shard.at.wall, "the wall clock counts");
    shard.leadership.term += 1;
    shard.elect();
    shard.commit_all();
    shard.tell(Message::Leadership(None));
    let now = shard.now();
    shard.at.wall += 86_400_000;
    assert_eq!(shard.now(), now, "a batch of the present counts more");
}

#[test]
fn a_clock_is_anchored_once_the_newest_entry_is_applied_so_that_a_wall_clock_far_behind_it_is_known_to_be_wrong()
 {
    let mut before = Harness::leading(1);
    before.reserve("a", "ann", "1");
    before.flush();
    let old = before.proposed.remove(0);
    let mut shard = Harness::new();
    shard.at.wall += 7_000;
    let right = LogTime(shard.at.wall);
    let times = [right.0 - 3_600_000, right.0].map(|wall| NodeTime { led: None, wall: LogTime(wall) });
    let earlier = shard.leadership;
    shard.leadership.term += 1;
    shard.tell(Message::Leadership(Some(shard.leadership)));
    shard.tell(Message::Estimates(times.to_vec()));
    shard.at.boot += 40;
    let later = std::mem::replace(&mut shard.leadership, earlier);
    shard.proposed.push(old);
    shard.commit();
    shard.leadership = later;
    shard.commit_blank();
    assert_eq!(shard.now(), right.after(Span(40)));
}

#[test]
fn a_follower_goes_by_what_its_leader_proposes_and_not_by_its_own_wall_clock() {
    let mut leader = Harness::leading(1);
    leader.reserve("a", "ann", "1");
    leader.flush();
    let batch = leader.proposed.remove(0);
    let mut shard = Harness::new();
    shard.at.wall += 3_600_000;
    shard.tell(Message::Follows(Some(shard.leadership)));
    shard.proposed.push(batch);
    shard.commit();
    assert_eq!(shard.now(), leader.now());
    shard.pass(500);
    assert_eq!(shard.now(), leader.now().after(Span(500)));
}

#[test]
fn mass_expiry_is_sliced_and_commands_wait_for_log_time_to_catch_up() {
    let mut shard = Harness::leading(40_000);
    for n in 0..30_u64 {
        for m in 0..1_000 {
            let ask = shard.reserve_ask(&format!("buyer-{n}-{m}"), "1", 1);
            let request = shard.request(ask);
            shard.send(request, "crowd");
            shard.replies.clear();
        }
        shard.flush();
        while !shard.proposed.is_empty() {
            shard.commit_quietly();
        }
        shard.at.boot += 1;
    }
    shard.at.boot += 60_000;
    shard.reserve("late", "ann", "1");
    shard.flush();
    let mut slices = 0;
    while !shard.replies.contains_key("late") {
        let (_, batch) = &shard.proposed[0];
        slices += usize::from(batch.proposals.is_empty());
        shard.commit();
        assert!(slices < 100);
    }
    assert!(slices >= 3, "{slices} slices");
    assert_eq!(shard.available(), 39_999);
    let Some(Reply::Done { answer: Answer::Reservation(late), .. }) = shard.replies.get("late") else {
        panic!("{:?}", shard.replies.get("late"));
    };
    assert_eq!(
        late.created_at,
        shard.now(),
        "it is dated by the time that it is, not by one that lags behind"
    );
}
