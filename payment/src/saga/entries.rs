//! The tasks that a node has, by job.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::entry::Entry;
use super::job::Job;

/// The entries, and how many of them only recheck what is done.
#[derive(Debug, Default)]
pub(super) struct Entries {
    by_job: BTreeMap<Job, Entry>,
    rechecks: usize,
}

impl Entries {
    pub(super) fn insert(&mut self, job: Job, entry: Entry) {
        self.rechecks += usize::from(entry.is_recheck());
        let before = self.by_job.insert(job, entry);
        self.rechecks -= usize::from(before.is_some_and(|before| before.is_recheck()));
    }

    pub(super) fn remove(&mut self, job: &Job) -> Option<Entry> {
        let entry = self.by_job.remove(job)?;
        self.rechecks -= usize::from(entry.is_recheck());
        Some(entry)
    }

    pub(super) fn get(&self, job: &Job) -> Option<&Entry> {
        self.by_job.get(job)
    }

    pub(super) fn jobs(&self, range: RangeInclusive<Job>) -> impl Iterator<Item = Job> {
        self.by_job.range(range).map(|(job, _)| *job)
    }

    /// How many have something to be done.
    pub(super) fn to_be_done(&self) -> usize {
        self.by_job.len() - self.rechecks
    }

    /// How many only recheck what is done.
    pub(super) fn rechecks(&self) -> usize {
        self.rechecks
    }
}
