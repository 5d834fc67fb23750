//! How objects look to a caller: the JSON of the API, with what `expand` asked for in place.

mod charge;
mod endpoint;
mod event;
mod expand;
mod intent;
mod method;
mod refund;

use serde_json::Value;

pub(crate) use endpoint::endpoint;
pub(crate) use expand::{Expand, Shape};

use crate::book::AccountBook;

/// The books as they are shown to a caller.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) book: &'a AccountBook,
    /// What addresses of pages begin with.
    pub(crate) base: &'a str,
}

/// An id, or the object itself if the caller asked for it.
fn reference(
    id: Option<&str>,
    expand: &Expand,
    name: &str,
    whole: impl FnOnce(&str, &Expand) -> Value,
) -> Value {
    match (id, expand.inside(name)) {
        (None, _) => Value::Null,
        (Some(id), None) => Value::from(id),
        (Some(id), Some(inner)) => whole(id, &inner),
    }
}

/// A list object that is whole: nothing more to fetch.
fn whole_list(data: Vec<Value>, url: String) -> Value {
    serde_json::json!({ "object": "list", "data": data, "has_more": false, "url": url })
}
