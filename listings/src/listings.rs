//! The lists of a node.

use std::path::Path;
use std::sync::Arc;

use engine::view::{OrderView, ReservationView};
use engine::{Event, OrderId, ReservationId, ShardId};

use crate::database::Database;
use crate::error::Error;
use crate::filter::{OrderFilter, ReservationFilter};
use crate::options::Options;
use crate::page::{self, Page};
use crate::shards::Shards;
use crate::{open, rebuild, take};

/// The lists of a node: reservations and orders of all its shards, newest first. A clone is a handle to the same lists;
/// all calls block, on the disk too.
#[derive(Clone)]
pub struct Listings {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    shards: Shards,
}

impl Listings {
    /// Opens the lists in the directory `path`, and makes it if there is none. Lists that are damaged or of another
    /// format are thrown away, which the log tells; their shards are then at position 0.
    ///
    /// # Errors
    /// [`Error::Foreign`] if the directory is in use for something else, [`Error::InUse`] if another process has it
    /// open, [`Error::Io`] if it cannot be used.
    pub fn open(path: &Path, options: Options) -> Result<Listings, Error> {
        let database = open::open(path, options)?;
        let shards = Shards::new(database.states()?);
        Ok(Listings { inner: Arc::new(Inner { database, shards }) })
    }

    /// The sequence number of the shard's last event that was taken in; 0 if there was none, or a rebuild stopped half
    /// way. A number above that of the shard's own state means that the shard lost its past: then rebuild.
    pub fn position(&self, shard: ShardId) -> u64 {
        self.inner.shards.state(shard).position
    }

    /// Takes in events in the order of their sequence; those that were taken in before are skipped. Rows and position
    /// are written together. Reservations that were over for 24 h at the last event's time are dropped: at most two for
    /// each event, or 16 where there are fewer than eight. Cost: about 20 µs of CPU an event (`benches/take.rs`), nearly
    /// all of it sled's.
    ///
    /// # Errors
    /// [`Error::Gap`] if events are missing; none is taken in then. [`Error::HalfBuilt`] if a rebuild did not come to
    /// its end. [`Error::Damaged`], [`Error::Condemned`], [`Error::Database`] if the database fails.
    pub fn take(&self, shard: ShardId, events: &[Event]) -> Result<(), Error> {
        take::take(&self.inner.database, &self.inner.shards, shard, events)
    }

    /// Replaces the shard's lists by what its state has at the event `sequence`. Until this is done, and if it stops in
    /// the middle, nothing is listed: [`Error::HalfBuilt`].
    ///
    /// # Errors
    /// [`Error::Condemned`] or [`Error::Database`] if the database fails.
    pub fn rebuild(
        &self,
        shard: ShardId,
        sequence: u64,
        reservations: impl Iterator<Item = ReservationView>,
        orders: impl Iterator<Item = OrderView>,
    ) -> Result<(), Error> {
        rebuild::rebuild(&self.inner.database, &self.inner.shards, shard, sequence, reservations, orders)
    }

    /// Reservations, newest first, from behind `after`, at most `limit` (1 to [`LIMIT_MAX`](crate::LIMIT_MAX)). A row's
    /// place never changes, so pages neither repeat nor miss a row while others come. If `after` itself has been
    /// dropped, its id tells its place, to the difference between the clocks.
    ///
    /// # Errors
    /// [`Error::HalfBuilt`] while a shard is being rebuilt; otherwise if the database fails.
    pub fn reservations(
        &self,
        filter: &ReservationFilter,
        after: Option<ReservationId>,
        limit: usize,
    ) -> Result<Page<ReservationView>, Error> {
        page::read(&self.inner.database, &self.inner.shards, &filter.into(), after.map(|id| id.0), limit)
    }

    /// Orders, likewise.
    ///
    /// # Errors
    /// As [`Listings::reservations`].
    pub fn orders(
        &self,
        filter: &OrderFilter,
        after: Option<OrderId>,
        limit: usize,
    ) -> Result<Page<OrderView>, Error> {
        page::read(&self.inner.database, &self.inner.shards, &filter.into(), after.map(|id| id.0), limit)
    }

    /// Hands what was written to the disk, before a planned stop. Nothing depends on it: what a crash takes away is
    /// taken in again.
    ///
    /// # Errors
    /// [`Error::Condemned`] or [`Error::Database`] if the database fails.
    pub fn flush(&self) -> Result<(), Error> {
        self.inner.database.flush()
    }
}
