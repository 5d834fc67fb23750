//! A shard's log as callers see it: what was appended is readable at once, written or not.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use engine::ShardId;
use openraft::EntryPayload;

use super::extent::Extent;
use super::lock::lock;
use super::record;
use super::segment::Segment;
use crate::types::{Entry, LogId, Vote};

/// What an entry's record takes beside its payload.
const ENTRY_OVERHEAD_BYTES: usize = record::HEADER_BYTES + 24;

/// One shard of the log, shared by its callers and the writer.
pub(super) struct Shard {
    pub(super) id: ShardId,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) vote: Option<Vote>,
    pub(super) committed: Option<LogId>,
    /// `committed` has moved since it was last queued for writing.
    pub(super) committed_moved: bool,
    pub(super) extent: Extent,
    /// Where the entries of `extent` are.
    places: VecDeque<Place>,
    /// The last entries of `extent`, in memory.
    recent: VecDeque<Entry>,
    recent_bytes: usize,
    tickets: u64,
}

/// Where an entry is.
#[derive(Clone)]
enum Place {
    /// On its way to the disk. The ticket tells it from an entry that had the same index and was truncated.
    Queued {
        ticket: u64,
    },
    Stored(Location),
}

/// The record of an entry in a segment, which stays readable while this is held.
#[derive(Clone)]
pub(super) struct Location {
    pub(super) segment: Arc<Segment>,
    pub(super) offset: u32,
    pub(super) bytes: u32,
}

/// An entry as a reader gets it: at hand, or to be read from a segment.
pub(super) enum Found {
    Recent(Entry),
    Stored(u64, Location),
}

impl Shard {
    pub(super) fn new(id: ShardId, state: State) -> Arc<Shard> {
        Arc::new(Shard { id, state: Mutex::new(state) })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    /// A shard as it was found on the disk. `places` are those of all entries of `extent`.
    pub(super) fn recovered(
        vote: Option<Vote>,
        committed: Option<LogId>,
        extent: Extent,
        places: impl IntoIterator<Item = Location>,
    ) -> State {
        let places: VecDeque<Place> = places.into_iter().map(Place::Stored).collect();
        debug_assert_eq!(places.len() as u64, extent.next - extent.first, "every entry has its place");
        State { vote, committed, extent, places, ..State::default() }
    }

    /// Adds the next entry; the ticket is for [`State::stored`].
    ///
    /// # Errors
    /// Says why the entry is not the next.
    pub(super) fn append(&mut self, entry: Entry) -> Result<u64, String> {
        self.extent.append(entry.log_id)?;
        self.tickets += 1;
        self.places.push_back(Place::Queued { ticket: self.tickets });
        self.recent_bytes += entry_bytes(&entry);
        self.recent.push_back(entry);
        Ok(self.tickets)
    }

    pub(super) fn truncate_after(&mut self, last: Option<LogId>) {
        self.extent.truncate_after(last);
        self.forget_outside();
    }

    pub(super) fn purge(&mut self, last: LogId) {
        let first = self.extent.first;
        self.extent.purge(last);
        let purged = usize::try_from(self.extent.first - first).unwrap_or(usize::MAX).min(self.places.len());
        self.places.drain(..purged);
        self.forget_outside();
    }

    /// Drops what is held for entries that the extent no longer has: places at the end, memory at both ends.
    fn forget_outside(&mut self) {
        let len =
            usize::try_from(self.extent.next - self.extent.first).expect("the entries have places in memory");
        self.places.truncate(len);
        while self.recent.back().is_some_and(|entry| entry.log_id.index >= self.extent.next) {
            self.recent_bytes -= self.recent.pop_back().as_ref().map_or(0, entry_bytes);
        }
        while self.recent.front().is_some_and(|entry| entry.log_id.index < self.extent.first) {
            self.evict_first();
        }
    }

    fn evict_first(&mut self) {
        self.recent_bytes -= self.recent.pop_front().as_ref().map_or(0, entry_bytes);
    }

    /// The entry at `index` that got `ticket` is durable at `location`; no matter if it was removed meanwhile.
    pub(super) fn stored(&mut self, index: u64, ticket: u64, location: Location) {
        if let Some(place @ Place::Queued { .. }) = self.place_mut(index)
            && matches!(place, Place::Queued { ticket: queued } if *queued == ticket)
        {
            *place = Place::Stored(location);
        }
    }

    /// The entry at `index` was written again at `location`; no matter if it was removed meanwhile. One that replaced
    /// it is still queued then, behind.
    pub(super) fn moved(&mut self, index: u64, location: Location) {
        if let Some(place @ Place::Stored(_)) = self.place_mut(index) {
            *place = Place::Stored(location);
        }
    }

    fn place_mut(&mut self, index: u64) -> Option<&mut Place> {
        let at = index.checked_sub(self.extent.first)?;
        self.places.get_mut(usize::try_from(at).ok()?)
    }

    fn place(&self, index: u64) -> Option<&Place> {
        let at = index.checked_sub(self.extent.first)?;
        self.places.get(usize::try_from(at).ok()?)
    }

    /// The entry at `index`, from memory if it is there.
    pub(super) fn find(&self, index: u64) -> Option<Found> {
        let place = self.place(index)?;
        let recent_from = self.extent.next - self.recent.len() as u64;
        match (index.checked_sub(recent_from), place) {
            (Some(at), _) => {
                let at = usize::try_from(at).ok()?;
                self.recent.get(at).cloned().map(Found::Recent)
            }
            (None, Place::Stored(location)) => Some(Found::Stored(index, location.clone())),
            (None, Place::Queued { .. }) => unreachable!("an entry leaves memory only once it is stored"),
        }
    }

    /// The entry at `index` if its record is in segment `number`: not if it was removed, or replaced by one that is
    /// still to be written there.
    pub(super) fn find_in_segment(&self, index: u64, number: u64) -> Option<Found> {
        match self.place(index)? {
            Place::Stored(location) if location.segment.number == number => self.find(index),
            _ => None,
        }
    }

    /// What the entries in memory take, in bytes.
    pub(super) fn recent_bytes(&self) -> usize {
        self.recent_bytes
    }

    /// Drops the oldest entries from memory until `bytes` are freed or those come that are not stored yet. Returns
    /// how many bytes were freed.
    pub(super) fn evict(&mut self, bytes: usize) -> usize {
        let before = self.recent_bytes;
        while before - self.recent_bytes < bytes {
            let Some(first) = self.recent.front().map(|entry| entry.log_id.index) else { break };
            if !matches!(self.place(first), Some(Place::Stored(_))) {
                break;
            }
            self.evict_first();
        }
        before - self.recent_bytes
    }
}

/// What an entry takes, in the log and (about) in memory.
pub(super) fn entry_bytes(entry: &Entry) -> usize {
    ENTRY_OVERHEAD_BYTES
        + match &entry.payload {
            EntryPayload::Blank => 0,
            EntryPayload::Normal(payload) => payload.0.len(),
            EntryPayload::Membership(membership) => {
                membership.nodes().map(|(_, node)| 32 + node.addr.len()).sum::<usize>()
            }
        }
}
