//! Objects of one kind, in the order in which they were made.

use std::collections::HashMap;

use crate::object::charge::Charge;
use crate::object::endpoint::Endpoint;
use crate::object::event::Event;
use crate::object::intent::Intent;
use crate::object::method::Method;
use crate::object::refund::Refund;

/// Something with an id.
pub(crate) trait Object {
    fn id(&self) -> &str;
    /// When it was made, in seconds since the Unix epoch.
    fn created(&self) -> i64;
}

macro_rules! objects {
    ($($object:ty),*) => {$(
        impl Object for $object {
            fn id(&self) -> &str {
                &self.id
            }

            fn created(&self) -> i64 {
                self.created
            }
        }
    )*};
}

objects!(Intent, Charge, Refund, Event, Endpoint, Method);

/// Objects by id and by age. Nothing is ever taken off.
#[derive(Debug)]
pub(crate) struct Shelf<T> {
    rows: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Shelf<T> {
        Shelf { rows: Vec::new(), places: HashMap::new() }
    }
}

impl<T: Object> Shelf<T> {
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.places.get(id).and_then(|place| self.rows.get(*place))
    }

    /// Replaces the object of that id, or adds it as the youngest.
    pub(crate) fn put(&mut self, object: T) {
        match self.places.get(object.id()).and_then(|place| self.rows.get_mut(*place)) {
            Some(row) => *row = object,
            None => {
                self.places.insert(object.id().to_owned(), self.rows.len());
                self.rows.push(object);
            }
        }
    }

    /// How old an object is in the order of the shelf.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// All of them, the oldest first.
    pub(crate) fn rows(&self) -> &[T] {
        &self.rows
    }
}
