//! The provider's events: checked to be the provider's, and read as far as they tell where to look.
//!
//! An event is a hint: events come more than once, in any order, and days late. What is true is the object, which the
//! saga then looks at.

mod event;
mod hex;
mod notice;
mod signature;
mod verifier;

pub use notice::{Kind, Notice};
pub use verifier::{BODY_MAX, Rejected, Verifier};
