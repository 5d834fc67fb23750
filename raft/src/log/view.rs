//! A shard as replaying everything written so far would give it. The writer keeps one; opening the log makes one.

use std::collections::VecDeque;

use super::checkpoint::Checkpoint;
use super::extent::Extent;
use super::record::Record;
use crate::types::{LogId, Vote};

/// What the written records of a shard add up to, and which segments hold its entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct View {
    pub(super) vote: Option<Vote>,
    pub(super) committed: Option<LogId>,
    pub(super) extent: Extent,
    /// Where the entries of `extent` are, by index; opening an incomplete log leaves gaps.
    pub(super) spans: VecDeque<Span>,
}

/// Entries of one shard, next to each other by index, that are in one segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) segment: u64,
    pub(super) first: u64,
    pub(super) next: u64,
    /// What their records take; an estimate once some of them were purged or truncated.
    pub(super) bytes: u64,
}

impl Span {
    fn cut_to(&mut self, first: u64, next: u64) {
        let (before, after) = (self.next - self.first, next - first);
        self.bytes = (u128::from(self.bytes) * u128::from(after) / u128::from(before.max(1)))
            .try_into()
            .expect("a part is no larger than the whole");
        (self.first, self.next) = (first, next);
    }
}

impl View {
    pub(super) fn of_checkpoint(checkpoint: &Checkpoint) -> View {
        View {
            vote: checkpoint.vote().map(Into::into),
            committed: checkpoint.committed(),
            extent: checkpoint.extent(),
            spans: VecDeque::new(),
        }
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(self.vote.map(Into::into), self.committed, &self.extent)
    }

    /// Takes in `record`, of `bytes` bytes in `segment`.
    ///
    /// # Errors
    /// Says why the record cannot follow those before it.
    pub(super) fn apply(&mut self, record: &Record, segment: u64, bytes: u64) -> Result<(), String> {
        match record {
            Record::Vote(vote) => self.vote = Some(*vote),
            Record::Committed(committed) => self.committed = *committed,
            Record::Append(entry) => {
                self.extent.append(entry.log_id)?;
                self.locate(entry.log_id.index, segment, bytes);
            }
            Record::Again(entry) => {
                if self.extent.log_id(entry.log_id.index) != Some(entry.log_id) {
                    return Err(format!("entry {} was written again but is not in the log", entry.log_id));
                }
                self.relocate(entry.log_id.index, segment, bytes);
            }
            Record::TruncateAfter(last) => {
                self.extent.truncate_after(*last);
                self.trim();
            }
            Record::Purge(last) => {
                self.extent.purge(*last);
                self.trim();
            }
            Record::Checkpoint(_) => return Err("a checkpoint stands among other records".to_owned()),
        }
        Ok(())
    }

    /// The oldest segment that holds an entry of this shard.
    pub(super) fn oldest_segment(&self) -> Option<u64> {
        self.spans.iter().map(|span| span.segment).min()
    }

    /// What the entries in the log take, in bytes.
    pub(super) fn live_bytes(&self) -> u64 {
        self.spans.iter().map(|span| span.bytes).sum()
    }

    /// The entry at `index`, the last one, stands in `segment`.
    fn locate(&mut self, index: u64, segment: u64, bytes: u64) {
        match self.spans.back_mut() {
            Some(last) if last.segment == segment && last.next == index => {
                last.next += 1;
                last.bytes += bytes;
            }
            _ => self.spans.push_back(Span { segment, first: index, next: index + 1, bytes }),
        }
    }

    /// The entry at `index` now stands in `segment`. Entries are written again in the order of their indexes, so the
    /// span before grows and the one that held the entry shrinks at its front.
    fn relocate(&mut self, index: u64, segment: u64, bytes: u64) {
        let mut at = self.spans.partition_point(|span| span.next <= index);
        if let Some(span) = self.spans.get_mut(at).filter(|span| span.first <= index) {
            let old = *span;
            if old.first < index {
                span.cut_to(old.first, index);
                at += 1;
                self.spans.insert(at, old);
            }
            self.spans[at].cut_to(index + 1, old.next);
            if index + 1 == old.next {
                self.spans.remove(at);
            }
        }
        match at.checked_sub(1).and_then(|before| self.spans.get_mut(before)) {
            Some(before) if before.segment == segment && before.next == index => {
                before.next += 1;
                before.bytes += bytes;
            }
            _ => self.spans.insert(at, Span { segment, first: index, next: index + 1, bytes }),
        }
    }

    fn trim(&mut self) {
        let (first, next) = (self.extent.first, self.extent.next);
        self.spans.retain(|span| span.first < next && span.next > first);
        for span in [0, self.spans.len().saturating_sub(1)] {
            if let Some(span) = self.spans.get_mut(span) {
                span.cut_to(span.first.max(first), span.next.min(next));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Entry, LeaderId};
    use openraft::EntryPayload;

    fn entry(index: u64) -> Entry {
        let log_id = LogId { leader_id: LeaderId { term: 1, node_id: 1 }, index };
        Entry { log_id, payload: EntryPayload::Blank }
    }

    fn places(view: &View) -> Vec<(u64, u64, u64, u64)> {
        view.spans.iter().map(|span| (span.segment, span.first, span.next, span.bytes)).collect()
    }

    #[test]
    fn entries_written_again_leave_their_old_segment_one_by_one() {
        let mut view = View::default();
        for index in 0..6 {
            view.apply(&Record::Append(entry(index)), 1 + index / 3, 10).expect("in order");
        }
        assert_eq!(places(&view), [(1, 0, 3, 30), (2, 3, 6, 30)]);
        view.apply(&Record::Again(entry(0)), 5, 10).expect("it is in the log");
        view.apply(&Record::Again(entry(1)), 5, 10).expect("it is in the log");
        assert_eq!(places(&view), [(5, 0, 2, 20), (1, 2, 3, 10), (2, 3, 6, 30)]);
        view.apply(&Record::Again(entry(2)), 6, 10).expect("it is in the log");
        view.apply(&Record::Again(entry(4)), 6, 10).expect("it is in the log");
        assert_eq!(
            places(&view),
            [(5, 0, 2, 20), (6, 2, 3, 10), (2, 3, 4, 10), (6, 4, 5, 10), (2, 5, 6, 10)]
        );
        assert_eq!(view.oldest_segment(), Some(2));
    }

    #[test]
    fn purge_and_truncation_let_segments_go() {
        let mut view = View::default();
        for index in 0..9 {
            view.apply(&Record::Append(entry(index)), 1 + index / 3, 10).expect("in order");
        }
        view.apply(&Record::Purge(entry(3).log_id), 4, 10).expect("a purge always applies");
        view.apply(&Record::TruncateAfter(Some(entry(6).log_id)), 4, 10)
            .expect("a truncation always applies");
        assert_eq!(places(&view), [(2, 4, 6, 20), (3, 6, 7, 10)]);
        view.apply(&Record::TruncateAfter(None), 4, 10).expect("a truncation always applies");
        assert_eq!((places(&view), view.oldest_segment()), (vec![], None));
    }

    #[test]
    fn an_entry_that_is_not_in_the_log_cannot_be_written_again() {
        let mut view = View::default();
        view.apply(&Record::Append(entry(0)), 1, 10).expect("in order");
        assert!(view.apply(&Record::Again(entry(1)), 2, 10).is_err());
    }
}
