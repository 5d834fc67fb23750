//! Which entries a shard's log has, and who proposed them; not where they are.

use std::collections::VecDeque;

use crate::types::{LeaderId, LogId};

/// The entries `first..next` of a shard's log, without gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) purged: Option<LogId>,
    pub(super) first: u64,
    pub(super) next: u64,
    /// For each run of entries of one leader: where it begins, and whose it is. Begins of runs go up; the first run
    /// may begin before `first`.
    pub(super) leaders: VecDeque<(u64, LeaderId)>,
}

impl Extent {
    pub(super) fn is_empty(&self) -> bool {
        self.first == self.next
    }

    pub(super) fn contains(&self, index: u64) -> bool {
        (self.first..self.next).contains(&index)
    }

    /// Checks that entries with these ids can be added one after the other.
    ///
    /// # Errors
    /// Says which is not the next entry. A log that is empty and was never purged begins anywhere.
    pub(super) fn check_follow(&self, ids: impl IntoIterator<Item = LogId>) -> Result<(), String> {
        let begins_anywhere = self.is_empty() && self.purged.is_none();
        let mut expected = (!begins_anywhere).then_some(self.next);
        for id in ids {
            if expected.is_some_and(|expected| expected != id.index) {
                return Err(format!(
                    "entry {} does not follow: the next one is {}",
                    id.index,
                    expected.unwrap_or(0)
                ));
            }
            expected = Some(id.index + 1);
        }
        Ok(())
    }

    /// Adds the entry `id` at the end.
    ///
    /// # Errors
    /// As [`Extent::check_follow`].
    pub(super) fn append(&mut self, id: LogId) -> Result<(), String> {
        self.check_follow([id])?;
        if self.is_empty() {
            self.first = id.index;
            self.leaders.clear();
        }
        self.next = id.index + 1;
        if self.leaders.back().is_none_or(|(_, leader)| *leader != id.leader_id) {
            self.leaders.push_back((id.index, id.leader_id));
        }
        Ok(())
    }

    /// Removes the entries behind `last`; without it, all.
    pub(super) fn truncate_after(&mut self, last: Option<LogId>) {
        let next = last.map_or(self.first, |last| last.index + 1);
        self.next = self.next.min(next.max(self.first));
        while self.leaders.back().is_some_and(|(begin, _)| *begin >= self.next) {
            self.leaders.pop_back();
        }
        if self.is_empty() {
            self.leaders.clear();
        }
    }

    /// Removes the entries up to `last`, and remembers it.
    pub(super) fn purge(&mut self, last: LogId) {
        if self.purged.is_some_and(|purged| purged.index >= last.index) {
            return;
        }
        self.purged = Some(last);
        self.first = self.first.max(last.index + 1);
        self.next = self.next.max(self.first);
        while self.leaders.get(1).is_some_and(|(begin, _)| *begin <= self.first) {
            self.leaders.pop_front();
        }
        if self.is_empty() {
            self.leaders.clear();
        }
    }

    /// The id of the entry at `index`, if the log has it.
    pub(super) fn log_id(&self, index: u64) -> Option<LogId> {
        if !self.contains(index) {
            return None;
        }
        let run = self.leaders.partition_point(|(begin, _)| *begin <= index).checked_sub(1)?;
        Some(LogId { leader_id: self.leaders[run].1, index })
    }

    /// The id of the last entry; of the last one purged if there is none.
    pub(super) fn last(&self) -> Option<LogId> {
        self.next.checked_sub(1).and_then(|index| self.log_id(index)).or(self.purged)
    }

    /// The last id of each leader among the entries from `from` to `to`, both included.
    pub(super) fn last_of_each_leader(&self, from: u64, to: u64) -> Vec<LogId> {
        let ends = self.leaders.iter().skip(1).map(|(begin, _)| begin - 1);
        let mut ids: Vec<LogId> = ends
            .filter(|end| (from..to).contains(end))
            .chain([to])
            .filter_map(|index| self.log_id(index))
            .collect();
        ids.dedup();
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(term: u64, index: u64) -> LogId {
        LogId { leader_id: LeaderId { term, node_id: 1 }, index }
    }

    fn extent(ids: &[(u64, u64)]) -> Extent {
        let mut extent = Extent::default();
        for &(term, index) in ids {
            extent.append(id(term, index)).expect("the test appends in order");
        }
        extent
    }

    #[test]
    fn entries_keep_their_leaders_through_truncation_and_purge() {
        let mut extent = extent(&[(1, 0), (1, 1), (2, 2), (2, 3), (4, 4)]);
        assert_eq!(extent.last_of_each_leader(0, 4), [id(1, 1), id(2, 3), id(4, 4)]);
        extent.truncate_after(Some(id(2, 2)));
        assert_eq!(extent.last(), Some(id(2, 2)));
        extent.append(id(5, 3)).expect("it follows");
        extent.purge(id(1, 1));
        assert_eq!(
            (extent.log_id(1), extent.log_id(2), extent.log_id(3)),
            (None, Some(id(2, 2)), Some(id(5, 3)))
        );
        assert_eq!(extent.leaders.len(), 2);
    }

    #[test]
    fn a_gap_is_refused_except_at_the_very_beginning() {
        let mut extent = extent(&[(1, 7)]);
        assert!(extent.append(id(1, 9)).is_err());
        extent.purge(id(1, 20));
        assert_eq!((extent.is_empty(), extent.last()), (true, Some(id(1, 20))));
        assert!(extent.append(id(1, 22)).is_err());
        assert!(extent.append(id(1, 21)).is_ok());
    }

    #[test]
    fn truncating_below_what_was_purged_empties_the_log() {
        let mut extent = extent(&[(1, 0), (1, 1), (1, 2)]);
        extent.purge(id(1, 1));
        extent.truncate_after(None);
        assert_eq!((extent.first, extent.next, extent.last()), (2, 2, Some(id(1, 1))));
        assert!(extent.leaders.is_empty());
    }
}
