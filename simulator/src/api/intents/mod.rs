//! Payment intents: one file for what each call does; what they share is how a card is asked, and what may be said
//! about an intent.

mod accepts;
mod ask;
mod authenticate;
mod cancel;
mod capture;
mod confirm;
mod create;
mod read;
mod state;
mod terms;
mod update;

pub(crate) use authenticate::authenticate;
pub(super) use cancel::cancel;
pub(super) use capture::capture;
pub(super) use confirm::confirm;
pub(super) use create::create;
pub(super) use read::{list, retrieve, retrieve_as_buyer};
pub(super) use update::update;
