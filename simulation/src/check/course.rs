//! The course of a shard: every entry that any replica has applied, once, and a replica of the watch's own that goes by it.

use std::collections::BTreeMap;

use engine::view::ReservationStatus;
use engine::{Batch, Event, Fact, OrderId, Outcome, ProductId, ReservationId, Shard, ShardId, Stock};
use raft::types::LogId;

use super::attempt;
use super::mark::Mark;
use super::taken::Taken;

/// An entry, as it was first applied anywhere.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) log_id: LogId,
    /// When any replica first had it applied: since then it can be seen.
    pub(crate) at: u64,
    /// What every state must hash to behind it.
    pub(crate) hash: u64,
    batch: Option<Batch>,
}

/// How a reservation came about.
#[derive(Clone, Debug)]
pub(crate) struct Attempted {
    pub(crate) index: u64,
    pub(crate) outcome: Outcome,
}

/// What a value was, by the index since which it was that.
pub(crate) type Past<T> = Vec<(u64, T)>;

/// The course of a shard.
pub(crate) struct Course {
    own: Shard,
    entries: BTreeMap<u64, Entry>,
    /// What became of attempts that got into the log, by the id that each brought: more than once, if what carried it
    /// there was made twice.
    pub(crate) attempted: BTreeMap<ReservationId, Vec<Attempted>>,
    /// At which index things were done that somebody may be told of.
    pub(crate) marks: BTreeMap<Mark, u64>,
    pub(crate) stocks: BTreeMap<ProductId, Past<Stock>>,
    pub(crate) reservations: BTreeMap<ReservationId, Past<ReservationStatus>>,
    /// At which index orders came to be.
    pub(crate) orders: BTreeMap<OrderId, u64>,
    /// How many units each buyer has of each product, held or bought.
    pub(crate) taken: Taken,
}

/// What an entry brought about.
pub(crate) struct News<'a> {
    pub(crate) leader: raft::types::LeaderId,
    pub(crate) batch: &'a Batch,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) events: Vec<Event>,
    pub(crate) touched: Vec<engine::view::ProductView>,
    /// Who has more of something now than one may have.
    pub(crate) too_many: Vec<String>,
}

/// An entry that cannot be: why.
pub(crate) struct Impossible(pub(crate) String);

impl Course {
    pub(crate) fn new(shard: ShardId) -> Course {
        Course {
            own: Shard::new(shard),
            entries: BTreeMap::new(),
            attempted: BTreeMap::new(),
            marks: BTreeMap::new(),
            stocks: BTreeMap::new(),
            reservations: BTreeMap::new(),
            orders: BTreeMap::new(),
            taken: Taken::default(),
        }
    }

    /// The state that all replicas must come to.
    pub(crate) fn own(&self) -> &Shard {
        &self.own
    }

    /// The newest index that any replica has applied; 0 before there is one.
    pub(crate) fn last(&self) -> u64 {
        self.entries.last_key_value().map_or(0, |(index, _)| *index)
    }

    /// The newest index that any replica had applied at `time`.
    pub(crate) fn last_at(&self, time: u64) -> u64 {
        let mut known = self.entries.iter().rev().skip_while(|(_, entry)| entry.at > time);
        known.next().map_or(0, |(index, _)| *index)
    }

    /// The first index of `from..=to` at which apply refused an attempt.
    pub(crate) fn refused(&self, reservation: ReservationId, from: u64, to: u64) -> Option<u64> {
        let attempts = self.attempted.get(&reservation)?.iter();
        let mut refused = attempts.filter(|attempt| matches!(attempt.outcome, Outcome::Refused(_)));
        refused.find(|attempt| (from..=to).contains(&attempt.index)).map(|attempt| attempt.index)
    }

    pub(crate) fn entry(&self, index: u64) -> Option<&Entry> {
        self.entries.get(&index)
    }

    /// A replica has applied an entry. What it brought about, if no other had before.
    pub(crate) fn applied(
        &mut self,
        now: u64,
        log_id: LogId,
        batch: Option<&Batch>,
    ) -> Result<Option<News<'_>>, Impossible> {
        let index = log_id.index;
        if let Some(known) = self.entries.get(&index) {
            let same = known.log_id == log_id && known.batch.as_ref() == batch;
            return if same {
                Ok(None)
            } else {
                Err(Impossible(format!("{} is {log_id} elsewhere", known.log_id)))
            };
        }
        if let Some((last, _)) = self.entries.last_key_value().filter(|(last, _)| **last + 1 != index) {
            return Err(Impossible(format!(
                "{log_id} is applied, and nobody has applied what follows {last}"
            )));
        }
        let (mut outcomes, mut events) = (Vec::new(), Vec::new());
        if let Some(batch) = batch {
            self.own.apply(batch, &mut outcomes, &mut events);
            // Nobody carries them out here, and what has changed must not pile up.
            drop(self.own.take_changed_tasks());
        }
        let entry = Entry { log_id, at: now, hash: self.own.hash(), batch: batch.cloned() };
        self.entries.insert(index, entry);
        let touched = self.own.touched();
        self.note(index, batch, &outcomes, &events, &touched);
        let too_many = self.taken.violations(&touched);
        let batch = self.entries.get(&index).and_then(|entry| entry.batch.as_ref());
        let leader = log_id.leader_id;
        Ok(batch.map(|batch| News { leader, batch, outcomes, events, touched, too_many }))
    }

    fn note(
        &mut self,
        index: u64,
        batch: Option<&Batch>,
        outcomes: &[Outcome],
        events: &[Event],
        touched: &[engine::view::ProductView],
    ) {
        let proposals = batch.into_iter().flat_map(|batch| &batch.proposals);
        for (proposal, outcome) in proposals.zip(outcomes) {
            if let Some(reserve) = attempt::wanted(&proposal.command) {
                let attempted = Attempted { index, outcome: outcome.clone() };
                self.attempted.entry(reserve.reservation).or_default().push(attempted);
            }
            if let Outcome::Done(done) = outcome
                && let Some(mark) = Mark::left(&proposal.command, done)
            {
                self.marks.entry(mark).or_insert(index);
            }
        }
        for view in touched {
            remember(self.stocks.entry(view.id.clone()).or_default(), index, view.stock);
        }
        for event in events {
            match &event.fact {
                Fact::Reservation(view) => {
                    remember(self.reservations.entry(view.id).or_default(), index, view.status);
                }
                Fact::Order(view) => {
                    self.orders.entry(view.id).or_insert(index);
                }
                _ => {}
            }
            self.taken.happened(index, event);
        }
    }
}

pub(super) fn remember<T: PartialEq>(past: &mut Past<T>, index: u64, value: T) {
    if past.last().is_none_or(|(_, known)| *known != value) {
        past.push((index, value));
    }
}

/// The first index of `from..=to` at which a value was one that fits.
pub(crate) fn first_fit<T>(past: &Past<T>, from: u64, to: u64, fits: impl Fn(&T) -> bool) -> Option<u64> {
    let before = past.partition_point(|(index, _)| *index <= from).saturating_sub(1);
    let fitting =
        past.iter().skip(before).take_while(|(index, _)| *index <= to).find(|(_, value)| fits(value));
    fitting.map(|(index, _)| (*index).max(from))
}
