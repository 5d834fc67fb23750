//! What operators do to products.

use engine::command::{AdjustStock, PutProduct};
use engine::view::Adjustment;
use engine::{Description, Done, Field, ProductId, ProductStatus, Refusal, Span, Status};

use super::objections::Objections;
use super::shop::Shop;
use super::things::Product;

const UNITS_MOST: u64 = 1_000_000_000;

impl Shop {
    /// How a product is; each of these outdoes those below it.
    pub(crate) fn product_status(&self, id: &ProductId) -> ProductStatus {
        let product = &self.products[id];
        let Description { opens_at, closes_at, .. } = product.description;
        let holds = [
            (product.archived, ProductStatus::Archived),
            (product.paused, ProductStatus::Paused),
            (closes_at.is_some_and(|closes_at| self.now >= closes_at), ProductStatus::Closed),
            (self.now < opens_at, ProductStatus::Scheduled),
            (self.available(id) == 0, ProductStatus::SoldOut),
            (true, ProductStatus::Open),
        ];
        holds.into_iter().find(|&(holds, _)| holds).expect("the last one holds").1
    }

    pub(crate) fn against_put(&self, put: &PutProduct, against: &mut Objections) {
        wrong_fields(&put.description).into_iter().for_each(|field| against.add(Refusal::Invalid(field)));
        let product = self.products.get(&put.product);
        let revision = product.map_or(0, |product| product.revision);
        let is_other = put.if_revision.is_some_and(|wanted| wanted != revision);
        against.add_if(is_other, Refusal::RevisionMismatch { revision });
        if let Some(product) = product {
            let (old, new) = (&product.description, &put.description);
            let is_fixed = product.archived || old.stock != new.stock || old.lanes != new.lanes;
            against.add_if(is_fixed, self.conflict(&put.product));
        }
    }

    pub(crate) fn put(&mut self, put: &PutProduct) -> Done {
        let (id, description) = (&put.product, put.description.clone());
        let created = !self.products.contains_key(id);
        let (now, total) = (self.now, description.stock);
        let product = self.products.entry(id.clone()).or_insert_with(|| Product {
            description: description.clone(),
            revision: 1,
            total,
            paused: false,
            archived: false,
            created_at: now,
        });
        if product.description != description {
            product.description = description;
            product.revision += 1;
        }
        self.product_done(id, created)
    }

    /// What stands in the way of pausing, resuming and, with less strictness, of archiving.
    pub(crate) fn against_operation(&self, id: &ProductId, archives: bool, against: &mut Objections) {
        let Some(product) = self.products.get(id) else { return against.add(Refusal::NotFound) };
        if product.archived && !archives {
            against.add(self.conflict(id));
        }
    }

    pub(crate) fn operate(&mut self, id: &ProductId, change: impl FnOnce(&mut Product)) -> Done {
        change(self.products.get_mut(id).expect("it was found"));
        self.product_done(id, false)
    }

    pub(crate) fn against_adjustment(&self, adjust: &AdjustStock, against: &mut Objections) {
        let is_wrong = adjust.delta == 0 || adjust.delta.unsigned_abs() > UNITS_MOST;
        against.add_if(is_wrong, Refusal::Invalid(Field::Delta));
        let Some(product) = self.products.get(&adjust.product) else { return against.add(Refusal::NotFound) };
        let total = i128::from(product.total) + i128::from(adjust.delta);
        against.add_if(total > i128::from(UNITS_MOST), Refusal::Invalid(Field::Delta));
        against.add_if(product.archived, self.conflict(&adjust.product));
        let (held, sold) = (self.held(&adjust.product), self.sold(&adjust.product));
        against.add_if(total < i128::from(held + sold), Refusal::StockCommitted { held, sold });
    }

    pub(crate) fn adjust(&mut self, adjust: &AdjustStock) -> Done {
        let product = self.products.get_mut(&adjust.product).expect("it was found");
        product.total = product.total.checked_add_signed(adjust.delta).expect("it was looked at");
        Done::Adjusted(Box::new(Adjustment {
            id: adjust.id,
            product: adjust.product.clone(),
            delta: adjust.delta,
            reason: adjust.reason.clone(),
            stock: self.stock(&adjust.product),
            created_at: self.now,
        }))
    }

    fn conflict(&self, id: &ProductId) -> Refusal {
        Refusal::Conflict(Status::Product(self.product_status(id)))
    }

    fn product_done(&self, id: &ProductId, created: bool) -> Done {
        Done::Product { created, product: Box::new(self.product_view(id)) }
    }
}

/// The fields that take something else, in their order.
fn wrong_fields(description: &Description) -> Vec<Field> {
    let (shortest, longest) = (Span(1_000), Span(86_400_000));
    let wrong = [
        (description.stock > UNITS_MOST, Field::Stock),
        (description.price.amount > 5_000_000_000, Field::Price),
        (description.max_per_buyer < 1, Field::MaxPerBuyer),
        (description.max_per_buyer_in_group == Some(0), Field::MaxPerBuyerInGroup),
        (description.hold < shortest || description.hold > longest, Field::HoldSeconds),
        (description.closes_at.is_some_and(|closes| closes <= description.opens_at), Field::ClosesAt),
        (description.lanes != 1, Field::Lanes),
    ];
    wrong.into_iter().filter(|&(wrong, _)| wrong).map(|(_, field)| field).collect()
}
