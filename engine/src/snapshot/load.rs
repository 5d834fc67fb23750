//! Loading a snapshot, chunk by chunk.

use super::error::Error;
use super::format::{Counts, End, Header, Section};
use crate::codec;
use crate::shard::Shard;
use crate::state::{NONE, Slot};
use crate::vocabulary::batch::RULES;
use crate::vocabulary::id::ShardId;
use crate::vocabulary::view::ReservationStatus;

/// Makes a shard of a snapshot's chunks. Memory stays within the order of what is fed.
pub struct Loader {
    pub(super) shard: Shard,
    /// How far in the order of sections it has come.
    stage: Option<u8>,
    /// The live reservations, each behind the number that tells which is older.
    pub(super) live: Vec<(u64, Slot)>,
    /// Those that are over, each behind the moment when it is forgotten.
    pub(super) over: Vec<(u64, Slot)>,
    /// How many reservations that came had a saga before them.
    pub(super) sagas_placed: usize,
    end: Option<End>,
}

impl Loader {
    /// A loader of `shard`'s snapshot.
    pub fn new(shard: ShardId) -> Loader {
        Loader {
            shard: Shard::new(shard),
            stage: None,
            live: Vec::new(),
            over: Vec::new(),
            sagas_placed: 0,
            end: None,
        }
    }

    /// Takes the next chunk. After an error the loader is of no use any more.
    ///
    /// # Errors
    /// [`Error`] if it is not the next chunk of a snapshot of this shard.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), Error> {
        let section = codec::decode::<Section>(chunk)?;
        self.advance(section.stage())?;
        match section {
            Section::Header(header) => self.begin(&header),
            Section::Products(rows) => rows.into_iter().try_for_each(|row| self.product(row)),
            Section::Lanes(rows) => rows.into_iter().try_for_each(|row| self.lane(row)),
            Section::Buyers(rows) => rows.iter().try_for_each(|row| self.buyer(row)),
            Section::Sagas(rows) => rows.into_iter().try_for_each(|row| self.saga(row)),
            Section::Charges(rows) => rows.into_iter().try_for_each(|row| self.charge(row)),
            Section::Payouts(rows) => rows.into_iter().try_for_each(|row| self.payout(row)),
            Section::Reservations(rows) => rows.into_iter().try_for_each(|row| self.reservation(row)),
            Section::Orders(rows) => rows.into_iter().try_for_each(|row| self.order(row)),
            Section::Refunds(rows) => rows.into_iter().try_for_each(|row| self.refund(&row)),
            Section::Kept(rows) => {
                rows.into_iter().for_each(|done| {
                    self.shard.memory.keep(done);
                });
                Ok(())
            }
            Section::Memory(rows) => rows.into_iter().try_for_each(|row| self.memory(&row)),
            Section::Consumers(rows) => rows.into_iter().try_for_each(|row| self.consumer(row)),
            Section::Outbox(pages) => pages.into_iter().try_for_each(|page| self.outbox(page)),
            Section::End(end) => {
                self.end = Some(end);
                Ok(())
            }
        }
    }

    /// The shard, if all has come and is what was captured. Cost: O(reservations), to sort them by age.
    ///
    /// # Errors
    /// [`Error`] if something is missing, or the content's hash is not the one that was captured.
    pub fn finish(mut self) -> Result<Shard, Error> {
        let end = self.end.take().ok_or(Error::OutOfOrder)?;
        if end.counts != self.counts() {
            return Err(Error::Counts);
        }
        if self.sagas_placed != self.shard.sagas.len() || !self.lanes_are_whole() {
            return Err(Error::Dangling);
        }
        self.list_live();
        self.retain_over()?;
        let mut shard = self.shard;
        shard.products.settle(&mut shard.digest);
        let found = shard.hash();
        if found == end.hash { Ok(shard) } else { Err(Error::Hash { found, expected: end.hash }) }
    }

    /// One header first, one end last, and the kinds between in their order.
    fn advance(&mut self, stage: u8) -> Result<(), Error> {
        let fits = match self.stage {
            None => stage == 0,
            Some(before) => stage > 0 && stage >= before && self.end.is_none(),
        };
        if !fits {
            return Err(Error::OutOfOrder);
        }
        self.stage = Some(stage);
        Ok(())
    }

    fn begin(&mut self, header: &Header) -> Result<(), Error> {
        if header.shard != self.shard.id {
            return Err(Error::OtherShard { found: header.shard, expected: self.shard.id });
        }
        if !(1..=RULES).contains(&header.rules) {
            return Err(Error::UnknownRules { found: header.rules });
        }
        self.shard.now = header.now;
        self.shard.rules = header.rules;
        self.shard.secret = header.secret;
        self.shard.sequence = header.sequence;
        Ok(())
    }

    fn counts(&self) -> Counts {
        Counts {
            products: self.shard.products.len() as u64,
            buyers: self.shard.buyers.len() as u64,
            reservations: self.shard.reservations.len() as u64,
            orders: self.shard.orders.len() as u64,
            refunds: self.shard.refunds.len() as u64,
            kept: self.shard.memory.kept_len() as u64,
            memory: u64::from(self.shard.memory.len()),
        }
    }

    /// Whether every product of several lanes is one of them.
    fn lanes_are_whole(&self) -> bool {
        let mut products = self.shard.products.in_order();
        products.all(|product| (product.description.lanes > 1) == product.lane.is_some())
    }

    fn list_live(&mut self) {
        self.live.sort_unstable();
        for &(_, slot) in &self.live {
            let reservation = self.shard.reservations.at(slot);
            let (buyer, product) = (reservation.buyer, reservation.product);
            let place = self.shard.place(product);
            self.shard.buyers.list(buyer, place, slot);
        }
    }

    fn retain_over(&mut self) -> Result<(), Error> {
        self.over.sort_unstable();
        for &(_, slot) in &self.over {
            let reservation = self.shard.reservations.at(slot);
            if reservation.status == ReservationStatus::Paid && reservation.order == NONE {
                return Err(Error::Dangling);
            }
            self.shard.timers.retain(slot);
        }
        Ok(())
    }
}
