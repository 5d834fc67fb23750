//! What the ledger keeps.

use serde::{Deserialize, Serialize};

use super::delivery::Delivery;
use crate::idempotency::Record;
use crate::object::charge::Charge;
use crate::object::endpoint::Endpoint;
use crate::object::event::Event;
use crate::object::intent::Intent;
use crate::object::method::Method;
use crate::object::refund::Refund;

/// An object as it is from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    Intent(Box<Intent>),
    Charge(Box<Charge>),
    Refund(Box<Refund>),
    Event(Box<Event>),
    Endpoint(Box<Endpoint>),
    Method(Box<Method>),
    Key(Box<Record>),
    Delivery(Delivery),
    /// The delivery of this serial number is not owed any more.
    Delivered(u64),
}

/// Changes that happened together: all of them are in the ledger, or none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The account's id.
    pub(crate) account: String,
    /// When, in milliseconds of the simulator's clock.
    pub(crate) at: i64,
    /// The last serial number that was given out.
    pub(crate) serial: u64,
    /// The highest number that was promised to an intent.
    pub(crate) orders: u64,
    pub(crate) changes: Vec<Change>,
}
