//! `expand[]`: ids that the caller wants as whole objects.

use crate::form::Fields;
use crate::object::error::ApiError;

/// How many expansions one request may ask for.
const COUNT_MAX: usize = 20;
/// How deep an expansion may go, as at the provider.
const DEPTH_MAX: usize = 4;

/// What kind of object is expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Intent,
    Charge,
    Refund,
    Method,
    /// Something in which nothing can be expanded.
    Plain,
}

impl Shape {
    /// What a property expands to, if it does.
    fn property(self, name: &str) -> Option<Shape> {
        match (self, name) {
            (Shape::Intent, "latest_charge") | (Shape::Refund, "charge") => Some(Shape::Charge),
            (Shape::Intent, "payment_method") => Some(Shape::Method),
            (Shape::Charge | Shape::Refund, "payment_intent") => Some(Shape::Intent),
            // Lists are entered by their data; what is always null expands to null.
            (Shape::Charge, "refunds") => Some(Shape::Plain),
            (Shape::Charge | Shape::Refund, "balance_transaction") => Some(Shape::Plain),
            (Shape::Intent, "customer" | "on_behalf_of" | "application") => Some(Shape::Plain),
            _ => None,
        }
    }
}

/// The paths that are still to be expanded below an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expand(Vec<Vec<String>>);

impl Expand {
    /// Reads what a request for one object wants expanded.
    pub(crate) fn read(fields: &mut Fields, shape: Shape) -> Result<Expand, ApiError> {
        Expand::read_paths(fields, shape, None)
    }

    /// Reads what a request for a list wants expanded: every path begins with `data`.
    pub(crate) fn read_list(fields: &mut Fields, shape: Shape) -> Result<Expand, ApiError> {
        Expand::read_paths(fields, shape, Some("data"))
    }

    fn read_paths(fields: &mut Fields, shape: Shape, root: Option<&str>) -> Result<Expand, ApiError> {
        let paths = fields.list("expand", COUNT_MAX)?.unwrap_or_default();
        let mut read = Vec::with_capacity(paths.len());
        for path in paths {
            let segments: Vec<String> = path.split('.').map(str::to_owned).collect();
            let below = match root {
                None => Some(segments.as_slice()),
                Some(root) => {
                    segments.split_first().filter(|(first, _)| *first == root).map(|(_, rest)| rest)
                }
            };
            let below = below.filter(|below| segments.len() <= DEPTH_MAX && expands(shape, below));
            let below = below.ok_or_else(|| {
                ApiError::invalid(format!("This property cannot be expanded ({path}).")).param("expand")
            })?;
            read.push(below.to_vec());
        }
        Ok(Expand(read))
    }

    /// What is to be expanded within a property; `None` if it stays an id.
    pub(crate) fn inside(&self, name: &str) -> Option<Expand> {
        let inner: Vec<Vec<String>> = self
            .0
            .iter()
            .filter_map(|path| path.split_first().filter(|(first, _)| *first == name))
            .map(|(_, rest)| rest.to_vec())
            .collect();
        (!inner.is_empty()).then(|| Expand(inner.into_iter().filter(|path| !path.is_empty()).collect()))
    }
}

fn expands(shape: Shape, path: &[String]) -> bool {
    let mut shape = shape;
    for name in path {
        match shape.property(name) {
            Some(inner) => shape = inner,
            None => return false,
        }
    }
    !path.is_empty()
}
