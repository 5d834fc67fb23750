//! Bodies: read within bounds, then taken apart strictly.

mod adjustment;
mod attempt;
mod bytes;
mod card;
mod form;
mod json;
mod object;
mod payment;
mod product;
mod replacement;

pub(crate) use self::bytes::{Bounds, expect_json, read};
pub(crate) use adjustment::AdjustmentForm;
pub(crate) use attempt::{PurchaseForm, ReservationForm};
pub(crate) use card::{Card, CardForm};
pub(crate) use form::{Empty, Form};
pub(crate) use json::parse;
pub(crate) use payment::{ConfirmationForm, RefundForm};
pub(crate) use product::ProductForm;
pub(crate) use replacement::ReplacementForm;
