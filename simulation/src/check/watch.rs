//! The watch: is told what every replica does, and checks it at once.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use engine::{Done, Outcome, ReservationId, ShardId};
use raft::shard::message::Committed;
use raft::shard::request::Request;
use raft::types::LogId;

use super::course::{Course, Impossible};
use super::money::Money;
use super::order::Order;
use super::punctual::Punctual;
use super::units::Units;
use crate::clock::{Clock, EPOCH};
use crate::story::Story;

/// How many violations are kept: the first ones tell the most.
const KEPT: usize = 20;

/// The watch.
pub(crate) struct Watch {
    clock: Clock,
    story: Rc<Story>,
    courses: BTreeMap<ShardId, Course>,
    units: BTreeMap<ShardId, Units>,
    order: Order,
    pub(crate) punctual: Punctual,
    pub(crate) money: Money,
    /// How far each replica is, since its process began.
    positions: BTreeMap<(u64, ShardId), LogId>,
    violations: Vec<String>,
}

impl Watch {
    pub(crate) fn new(clock: Clock, story: Rc<Story>, shards: u16) -> Watch {
        let shards = (0..shards).map(ShardId);
        Watch {
            clock,
            story,
            courses: shards.clone().map(|shard| (shard, Course::new(shard))).collect(),
            units: shards.map(|shard| (shard, Units::default())).collect(),
            order: Order::default(),
            punctual: Punctual::default(),
            money: Money::default(),
            positions: BTreeMap::new(),
            violations: Vec::new(),
        }
    }

    /// Something is not as it must be.
    pub(crate) fn violated(&mut self, what: String) {
        self.story.tell(format_args!("VIOLATION {what}"));
        if self.violations.len() < KEPT {
            self.violations.push(what);
        }
    }

    pub(crate) fn violations(&self) -> &[String] {
        &self.violations
    }

    pub(crate) fn course(&self, shard: ShardId) -> &Course {
        self.courses.get(&shard).expect("there is a course for each shard")
    }

    pub(crate) fn courses(&self) -> impl Iterator<Item = (ShardId, &Course)> {
        self.courses.iter().map(|(shard, course)| (*shard, course))
    }

    /// Reservations that are not final yet.
    pub(crate) fn live(&self) -> impl Iterator<Item = ReservationId> + '_ {
        self.units.values().flat_map(Units::live)
    }

    /// How far a replica is, since its process began.
    pub(crate) fn position(&self, node: u64, shard: ShardId) -> Option<LogId> {
        self.positions.get(&(node, shard)).copied()
    }

    /// A process begins: its replicas begin wherever what they kept ends.
    pub(crate) fn began(&mut self, node: u64) {
        self.positions.retain(|(of, _), _| *of != node);
    }

    pub(crate) fn arrived<'a>(
        &mut self,
        node: u64,
        shard: ShardId,
        requests: impl Iterator<Item = &'a Request>,
    ) {
        self.order.arrived(node, shard, requests);
    }

    pub(crate) fn applied(&mut self, node: u64, shard: ShardId, entry: &Committed, hash: u64) {
        let (now, log_id) = (self.clock.now(), entry.log_id);
        self.story.trace_numbers(&[1, node, shard.0.into(), log_id.index, log_id.leader_id.term, hash]);
        if let Some(before) = self.positions.insert((node, shard), log_id)
            && before.index + 1 != log_id.index
        {
            self.violated(format!("I8: node {node} applied {log_id} of shard {shard} behind {before}"));
        }
        let batch = entry.batch.as_ref().map(|numbered| &numbered.batch);
        let course = self.courses.get_mut(&shard).expect("there is a course for each shard");
        let mut violations = Vec::new();
        match course.applied(now, log_id, batch) {
            Err(Impossible(why)) => violations.push(format!("I3/I8: node {node}, shard {shard}: {why}")),
            Ok(None) => {}
            Ok(Some(news)) => {
                self.story.count("entries with commands");
                let behind = i128::from(EPOCH + now) - i128::from(news.batch.now.0);
                self.story.tell(format_args!(
                    "shard {shard} {log_id}, {behind} ms behind: {}",
                    Told(&news.outcomes)
                ));
                let units = self.units.get_mut(&shard).expect("units are counted for each shard");
                violations.extend(units.violations(&news.events, &news.touched));
                violations.extend(self.order.violations(shard, &news));
                violations.extend(self.punctual.violations(now, &news.events));
                self.money.happened(&news.events);
                violations.extend(news.too_many);
            }
        }
        let known = self.course(shard).entry(log_id.index).map(|entry| entry.hash);
        violations.extend(known.filter(|known| *known != hash).map(|known| {
            format!("I8: node {node}, shard {shard} at {log_id}: the state hashes to {hash:x}, not {known:x}")
        }));
        violations.into_iter().for_each(|violation| self.violated(violation));
    }

    pub(crate) fn installed(&mut self, node: u64, shard: ShardId, applied: LogId, hash: u64) {
        self.story.tell(format_args!("node {node} installs a snapshot of shard {shard} up to {applied}"));
        self.story.count("snapshots installed");
        self.stands_at(node, shard, applied, hash);
    }

    pub(crate) fn restored(&mut self, node: u64, shard: ShardId, applied: LogId, hash: u64) {
        self.story
            .tell(format_args!("node {node} begins with its snapshot of shard {shard} up to {applied}"));
        self.story.count("snapshots loaded");
        self.stands_at(node, shard, applied, hash);
    }

    fn stands_at(&mut self, node: u64, shard: ShardId, applied: LogId, hash: u64) {
        self.positions.insert((node, shard), applied);
        let known = self.course(shard).entry(applied.index).map(|entry| (entry.log_id, entry.hash));
        if known != Some((applied, hash)) {
            self.violated(format!(
                "I8: node {node}, shard {shard}: the snapshot up to {applied} hashes to {hash:x}, not {known:x?}"
            ));
        }
    }
}

/// Outcomes in few words.
struct Told<'a>(&'a [Outcome]);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("a tick");
        }
        for outcome in self.0 {
            match outcome {
                Outcome::Done(Done::Reserved(id)) => write!(f, "reserved {id} ")?,
                Outcome::Done(Done::Ordered(id)) => write!(f, "ordered {id} ")?,
                Outcome::Done(Done::Cancelled(id)) => write!(f, "cancelled {id} ")?,
                Outcome::Done(Done::Confirmed(id)) => write!(f, "confirmed {id} ")?,
                Outcome::Done(_) => f.write_str("done ")?,
                Outcome::Replayed(_) => f.write_str("done before ")?,
                Outcome::Refused(refusal) => write!(f, "refused {refusal:?} ")?,
            }
        }
        Ok(())
    }
}
