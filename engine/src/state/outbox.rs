//! The outbox: events that consumers outside have not acknowledged yet.
//!
//! Without a consumer nothing is kept. Events lie encoded, in pages that are written to their end and then never change;
//! a page goes as a whole, once everybody has acknowledged all of it or the outbox is full. Which events are still
//! there is part of the content, so pages are cut by what is in them alone.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bincode::{Decode, Encode};

use super::digest::{Kind, Mix};
use crate::codec;
use crate::vocabulary::event::Event;
use crate::vocabulary::limits::OUTBOX_BYTES_MAX;
use crate::vocabulary::text::ConsumerName;

/// How many bytes a page takes before the next begins.
const PAGE_BYTES: usize = 32 << 10;

/// Events one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Page {
    /// The sequence of the first.
    first: u64,
    /// Where each ends in `bytes`.
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Page {
    fn new(first: u64) -> Page {
        Page { first, ends: Vec::new(), bytes: Vec::with_capacity(PAGE_BYTES) }
    }

    /// The sequence behind its last event.
    fn end(&self) -> u64 {
        self.first.saturating_add(self.ends.len() as u64)
    }

    /// The bytes of its events, with their sequences; nothing of what does not lie within the page.
    fn events(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        let spans = begins.zip(&self.ends).map(|(begin, &end)| self.bytes.get(begin as usize..end as usize));
        (self.first..).zip(spans.map(Option::unwrap_or_default))
    }

    /// What its events add to the state hash.
    pub(crate) fn digest(&self) -> u64 {
        let digests = self.events().map(|(sequence, bytes)| digest_of_event(sequence, bytes));
        digests.fold(0, u64::wrapping_add)
    }

    /// Whether it is what [`Outbox::keep`] makes: events that decode, one after the other, and nothing else.
    pub(crate) fn is_sound(&self) -> bool {
        let fits = self.first.checked_add(self.ends.len() as u64).is_some();
        let is_whole = fits && self.ends.last().is_some_and(|&last| last as usize == self.bytes.len());
        let is_its =
            |sequence, bytes| codec::decode(bytes).is_ok_and(|event: Event| event.sequence == sequence);
        is_whole && self.ends.is_sorted() && self.events().all(|(sequence, bytes)| is_its(sequence, bytes))
    }
}

/// A consumer's cursor is below what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Behind;

/// The outbox of a shard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    pages: VecDeque<Arc<Page>>,
    bytes: usize,
    /// Up to which event each consumer has taken in what it was told.
    consumers: BTreeMap<ConsumerName, u64>,
}

impl Outbox {
    pub(crate) fn has_consumers(&self) -> bool {
        !self.consumers.is_empty()
    }

    pub(crate) fn consumers(&self) -> &BTreeMap<ConsumerName, u64> {
        &self.consumers
    }

    pub(crate) fn pages(&self) -> impl Iterator<Item = &Arc<Page>> {
        self.pages.iter()
    }

    /// Adds a consumer or moves its cursor, and gives what that changes in the state hash: what is added, and what is
    /// taken from it.
    pub(crate) fn place(&mut self, consumer: &ConsumerName, sequence: u64) -> (u64, u64) {
        let before = self.consumers.insert(consumer.clone(), sequence);
        let lost = before.map_or(0, |before| digest_of_consumer(consumer, before));
        (digest_of_consumer(consumer, sequence), lost.wrapping_add(self.drop_what_all_have()))
    }

    /// Removes a consumer, and gives what the state hash loses with it; nothing if there is none of that name.
    pub(crate) fn remove(&mut self, consumer: &ConsumerName) -> Option<u64> {
        let sequence = self.consumers.remove(consumer)?;
        Some(digest_of_consumer(consumer, sequence).wrapping_add(self.drop_what_all_have()))
    }

    /// Keeps an event, the newest. Gives what the state hash gains and loses.
    pub(crate) fn keep(&mut self, event: &Event) -> (u64, u64) {
        let is_full = |page: &&mut Arc<Page>| page.bytes.len() >= PAGE_BYTES;
        if self.pages.back_mut().as_ref().is_none_or(is_full) {
            self.pages.push_back(Arc::new(Page::new(event.sequence)));
        }
        let Some(page) = self.pages.back_mut() else { return (0, 0) };
        let page = Arc::make_mut(page);
        let begin = page.bytes.len();
        page.bytes.push(codec::FORMAT);
        codec::encode_into(event, &mut page.bytes);
        page.ends.push(u32::try_from(page.bytes.len()).unwrap_or(u32::MAX));
        self.bytes += page.bytes.len() - begin;
        let gained = digest_of_event(event.sequence, &page.bytes[begin..]);
        let mut lost = 0_u64;
        while self.bytes > OUTBOX_BYTES_MAX && self.pages.len() > 1 {
            lost = lost.wrapping_add(self.drop_first());
        }
        (gained, lost)
    }

    /// The events behind a cursor, oldest first, at most so many.
    ///
    /// # Errors
    /// [`Behind`] if some of them are not kept any more.
    pub(crate) fn behind(&self, cursor: u64, most: usize) -> Result<Vec<Event>, Behind> {
        let Some(first) = self.pages.front() else { return Ok(Vec::new()) };
        if cursor.saturating_add(1) < first.first {
            return Err(Behind);
        }
        let skipped = self.pages.partition_point(|page| page.end() <= cursor.saturating_add(1));
        let events = self.pages.iter().skip(skipped).flat_map(|page| page.events());
        let wanted = events.filter(|(sequence, _)| *sequence > cursor).take(most);
        Ok(wanted.map(|(_, bytes)| decoded(bytes)).collect())
    }

    /// Takes a page of a snapshot behind those that came before it.
    pub(crate) fn restore(&mut self, page: Page) {
        self.bytes += page.bytes.len();
        self.pages.push_back(Arc::new(page));
    }

    /// Whether a page of a snapshot follows those that came before it.
    pub(crate) fn follows(&self, page: &Page) -> bool {
        self.pages.back().is_none_or(|last| last.end() == page.first)
    }

    /// The sequence of the newest event that is kept.
    pub(crate) fn newest(&self) -> Option<u64> {
        self.pages.back().map(|page| page.end().saturating_sub(1))
    }

    fn drop_what_all_have(&mut self) -> u64 {
        let all_have = self.consumers.values().min().copied().unwrap_or(u64::MAX);
        let mut lost = 0_u64;
        while self.pages.front().is_some_and(|page| page.end() <= all_have.saturating_add(1)) {
            lost = lost.wrapping_add(self.drop_first());
        }
        lost
    }

    fn drop_first(&mut self) -> u64 {
        let Some(page) = self.pages.pop_front() else { return 0 };
        self.bytes -= page.bytes.len();
        page.digest()
    }
}

fn decoded(bytes: &[u8]) -> Event {
    codec::decode(bytes)
        .expect("an event decodes that was encoded here, or was decoded when the page was loaded")
}

fn digest_of_event(sequence: u64, bytes: &[u8]) -> u64 {
    Mix::new(Kind::Outbox).word(sequence).bytes(bytes).end()
}

/// What a consumer adds to the state hash.
pub(crate) fn digest_of_consumer(consumer: &ConsumerName, sequence: u64) -> u64 {
    Mix::new(Kind::Consumer).text(Some(consumer)).word(sequence).end()
}
