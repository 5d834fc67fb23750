//! Lists: pages of what there is, the newest first.

use std::ops::Range;

use serde_json::{Value, json};

use crate::book::{Object, Shelf};
use crate::form::Fields;
use crate::object::error::ApiError;

const LIMIT_DEFAULT: i64 = 10;
const LIMIT_MAX: i64 = 100;

/// Which page of a list is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    limit: usize,
    starting_after: Option<String>,
    ending_before: Option<String>,
    created: Range<i64>,
}

impl Page {
    /// Reads the parameters that all lists have but `created`.
    pub(crate) fn read(fields: &mut Fields) -> Result<Page, ApiError> {
        let limit = fields.integer("limit")?.unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(ApiError::invalid(format!("Invalid limit: must be between 1 and {LIMIT_MAX}."))
                .code("parameter_invalid_integer")
                .param("limit"));
        }
        let starting_after = fields.text("starting_after")?;
        let ending_before = fields.text("ending_before")?;
        if starting_after.is_some() && ending_before.is_some() {
            return Err(ApiError::invalid(
                "You may only specify one of these parameters: starting_after, ending_before.",
            )
            .param("ending_before"));
        }
        let limit = usize::try_from(limit).unwrap_or(1);
        Ok(Page { limit, starting_after, ending_before, created: i64::MIN..i64::MAX })
    }

    /// Reads the parameters that lists by time have: `created` as well, a time or a range of times.
    pub(crate) fn read_dated(fields: &mut Fields) -> Result<Page, ApiError> {
        let created = match fields.branch_if_object("created")? {
            None => match fields.integer("created")? {
                None => i64::MIN..i64::MAX,
                Some(at) => at..at.saturating_add(1),
            },
            Some(mut bounds) => {
                let from = bounds.integer("gte")?.or(bounds.integer("gt")?.map(|at| at.saturating_add(1)));
                let to = bounds.integer("lt")?.or(bounds.integer("lte")?.map(|at| at.saturating_add(1)));
                bounds.finish()?;
                from.unwrap_or(i64::MIN)..to.unwrap_or(i64::MAX)
            }
        };
        Ok(Page { created, ..Page::read(fields)? })
    }

    /// The page of those that `wanted` picks, shown by `show`.
    pub(crate) fn of<T: Object>(
        &self,
        shelf: &Shelf<T>,
        url: &str,
        what: &str,
        wanted: impl Fn(&T) -> bool,
        show: impl Fn(&T) -> Value,
    ) -> Result<Value, ApiError> {
        let place = |id: &Option<String>, param: &str| match id {
            None => Ok(None),
            Some(id) => shelf.place(id).map(Some).ok_or_else(|| ApiError::missing(400, what, id, param)),
        };
        let rows = shelf.rows();
        let older_than = place(&self.starting_after, "starting_after")?;
        let newer_than = place(&self.ending_before, "ending_before")?;
        let fits = |row: &&T| self.created.contains(&row.created()) && wanted(row);
        let (mut found, backwards): (Vec<&T>, bool) = match (older_than, newer_than) {
            (_, Some(place)) => {
                let newer = rows.get(place + 1..).unwrap_or_default();
                (newer.iter().filter(fits).take(self.limit + 1).collect(), true)
            }
            (place, None) => {
                let older = rows.get(..place.unwrap_or(rows.len())).unwrap_or_default();
                (older.iter().rev().filter(fits).take(self.limit + 1).collect(), false)
            }
        };
        let has_more = found.len() > self.limit;
        found.truncate(self.limit);
        if backwards {
            found.reverse();
        }
        let data: Vec<Value> = found.into_iter().map(show).collect();
        Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
    }
}
