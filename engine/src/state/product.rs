//! Products: records, the index by id, groups, and the timers of sale windows.

use std::collections::{BTreeMap, BTreeSet};

use super::digest::{Digest, Kind, Mix};
use super::lane::{self, Lane};
use super::pages::{Frozen, Pages};
use super::table::Table;
use super::{Slot, keyed};
use crate::codec;
use crate::vocabulary::product::{Description, ProductStatus, Stock};
use crate::vocabulary::text::ProductId;
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::ProductView;

/// One product.
#[derive(Clone)]
pub(crate) struct Product {
    pub(crate) id: ProductId,
    pub(crate) description: Description,
    pub(crate) revision: u64,
    pub(crate) stock: Stock,
    pub(crate) created_at: LogTime,
    pub(crate) paused: bool,
    pub(crate) frozen: bool,
    pub(crate) archived: bool,
    /// The number of its group.
    pub(crate) group: u32,
    /// The keyed hash of its id.
    pub(crate) hash: u64,
    /// The digest of id and description, which change rarely.
    pub(crate) described: u64,
    /// Which part of the stock lies here, where it lies on several shards. Boxed, for most are whole.
    pub(crate) lane: Option<Box<Lane>>,
    /// What is noted of its changes.
    pub(crate) marks: Marks,
}

/// What is noted of a product's changes. No part of the content.
#[derive(Clone, Default)]
pub(crate) struct Marks {
    /// What the product contributes to the state hash since it was last settled; 0 before.
    settled: u64,
    /// Whether it changed since then.
    dirty: bool,
    /// Whether it changed since the owner last asked what did.
    touched: bool,
}

impl Product {
    pub(crate) fn new(id: ProductId, description: Description, now: LogTime) -> Product {
        let units = description.stock;
        Product {
            stock: Stock { total: units, available: units, held: 0, sold: 0, version: 1 },
            described: describe(&id, &description),
            id,
            description,
            lane: None,
            revision: 1,
            created_at: now,
            paused: false,
            frozen: false,
            archived: false,
            group: 0,
            hash: 0,
            marks: Marks::default(),
        }
    }

    /// One lane of a product of several, with its share of the stock.
    pub(crate) fn of_lane(id: ProductId, description: Description, lane: u16, now: LogTime) -> Product {
        let lanes = description.lanes;
        let units = lane::share(description.stock, lanes, lane);
        Product {
            stock: Stock { total: units, available: units, held: 0, sold: 0, version: 1 },
            lane: Some(Box::new(Lane::new(lane, lanes))),
            ..Product::new(id, description, now)
        }
    }

    pub(crate) fn redescribe(&mut self, description: Description) {
        self.described = describe(&self.id, &description);
        self.description = description;
        self.revision += 1;
    }

    /// Writes new books, with the version that this change has.
    pub(crate) fn keep(&mut self, books: Stock) {
        if let Some(lane) = &mut self.lane
            && books.available > self.stock.available
        {
            lane.gained = lane.gained.saturating_add(1);
        }
        self.stock = Stock { version: self.stock.version, ..books };
    }

    pub(crate) fn status(&self, now: LogTime) -> ProductStatus {
        if self.archived {
            ProductStatus::Archived
        } else if self.frozen {
            ProductStatus::Frozen
        } else if self.paused {
            ProductStatus::Paused
        } else if self.description.closes_at.is_some_and(|closes_at| now >= closes_at) {
            ProductStatus::Closed
        } else if now < self.description.opens_at {
            ProductStatus::Scheduled
        } else if self.stock.available == 0 {
            ProductStatus::SoldOut
        } else {
            ProductStatus::Open
        }
    }

    pub(crate) fn view(&self, now: LogTime) -> ProductView {
        ProductView {
            id: self.id.clone(),
            description: self.description.clone(),
            revision: self.revision,
            status: self.status(now),
            stock: self.stock,
            created_at: self.created_at,
        }
    }

    pub(crate) fn digest(&self) -> u64 {
        let Stock { total, available, held, sold, version } = self.stock;
        let flags = u64::from(self.paused) | u64::from(self.frozen) << 1 | u64::from(self.archived) << 2;
        let numbers =
            [self.described, self.revision, total, available, held, sold, version, self.created_at.0, flags];
        let mix = numbers.into_iter().fold(Mix::new(Kind::Product), Mix::word);
        self.lane.as_ref().map_or(mix, |lane| lane.digest(mix)).end()
    }
}

/// The digest of what a product is called and how it is described.
pub(crate) fn describe(id: &ProductId, description: &Description) -> u64 {
    let mut bytes = Vec::with_capacity(256);
    codec::encode_into(description, &mut bytes);
    Mix::new(Kind::Text).text(Some(id)).bytes(&bytes).end()
}

/// All products of a shard. None is ever removed, so their slots are the order of their creation.
#[derive(Default)]
pub(crate) struct Products {
    pages: Pages<Product>,
    index: Table,
    by_id: BTreeMap<ProductId, Slot>,
    groups: BTreeMap<String, u32>,
    windows: BTreeSet<(LogTime, ProductId)>,
    dirty: Vec<Slot>,
    touched: Vec<Slot>,
}

impl Products {
    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    /// Cost: one keyed hash and one look-up.
    pub(crate) fn find(&self, secret: &[u8; 16], id: &str) -> Option<Slot> {
        self.index.find(keyed::of_text(secret, id), |slot| &*self.pages.at(slot).id == id)
    }

    pub(crate) fn at(&self, slot: Slot) -> &Product {
        self.pages.at(slot)
    }

    /// A product to change its books or its state, which gives it a new version.
    pub(crate) fn change(&mut self, slot: Slot) -> &mut Product {
        let product = self.pages.at_mut(slot);
        product.stock.version = product.stock.version.saturating_add(1);
        if !std::mem::replace(&mut product.marks.dirty, true) {
            self.dirty.push(slot);
        }
        if !std::mem::replace(&mut product.marks.touched, true) {
            self.touched.push(slot);
        }
        product
    }

    /// Adds a product that is not there yet.
    pub(crate) fn add(&mut self, secret: &[u8; 16], mut product: Product) -> Slot {
        product.hash = keyed::of_text(secret, &product.id);
        product.group = self.group(product.id.group());
        product.marks = Marks { dirty: true, touched: true, settled: 0 };
        let (id, hash) = (product.id.clone(), product.hash);
        let slot = self.pages.insert(product);
        self.index.insert(hash, slot);
        self.by_id.insert(id, slot);
        self.dirty.push(slot);
        self.touched.push(slot);
        slot
    }

    /// Makes a product that was just added a lane of one.
    pub(crate) fn set_lane(&mut self, slot: Slot, lane: Lane) {
        self.pages.at_mut(slot).lane = Some(Box::new(lane));
    }

    /// Sets the timers of a product's window: those moments of it that are still to come.
    pub(crate) fn schedule(&mut self, slot: Slot, now: LogTime) {
        let product = self.pages.at(slot);
        if product.archived {
            return;
        }
        for at in moments(&product.description).filter(|&at| at > now) {
            self.windows.insert((at, product.id.clone()));
        }
    }

    /// Takes back what [`Products::schedule`] did.
    pub(crate) fn unschedule(&mut self, slot: Slot) {
        let product = self.pages.at(slot);
        for at in moments(&product.description) {
            self.windows.remove(&(at, product.id.clone()));
        }
    }

    /// When the next sale opens or closes.
    pub(crate) fn next_window(&self) -> Option<LogTime> {
        self.windows.first().map(|&(at, _)| at)
    }

    /// When sales open and close, in order.
    pub(crate) fn windows(&self) -> impl Iterator<Item = LogTime> {
        self.windows.iter().map(|&(at, _)| at)
    }

    /// Takes the first product whose sale opens or closes at `at`.
    pub(crate) fn take_window(&mut self, at: LogTime) -> Option<Slot> {
        if self.next_window() != Some(at) {
            return None;
        }
        let (_, id) = self.windows.pop_first()?;
        self.by_id.get(&id).copied()
    }

    /// Brings the state hash up to date with the products that changed.
    pub(crate) fn settle(&mut self, digest: &mut Digest) {
        for slot in self.dirty.drain(..) {
            let product = self.pages.at_mut(slot);
            let now = product.digest();
            digest.replace(product.marks.settled, now);
            product.marks = Marks { settled: now, dirty: false, ..product.marks };
        }
    }

    /// The products that changed since this was last asked.
    pub(crate) fn take_touched(&mut self) -> Vec<Slot> {
        let touched = std::mem::take(&mut self.touched);
        touched.iter().for_each(|&slot| self.pages.at_mut(slot).marks.touched = false);
        touched
    }

    /// All, in the order of their ids.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = &Product> {
        self.by_id.values().map(|&slot| self.pages.at(slot))
    }

    pub(crate) fn frozen(&self) -> Frozen<Product> {
        self.pages.frozen()
    }

    fn group(&mut self, name: &str) -> u32 {
        if let Some(&group) = self.groups.get(name) {
            return group;
        }
        let group = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        self.groups.insert(name.to_owned(), group);
        group
    }
}

fn moments(description: &Description) -> impl Iterator<Item = LogTime> + use<> {
    [Some(description.opens_at), description.closes_at].into_iter().flatten()
}
