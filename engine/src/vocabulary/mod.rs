//! The words of the trade: what is sold, to whom, when, for how much, and every command, refusal and fact about it.

pub mod batch;
pub mod command;
pub mod event;
pub mod id;
pub mod idempotency;
pub mod lane;
pub mod limits;
pub mod money;
pub mod outcome;
pub mod product;
pub mod query;
pub mod refusal;
pub mod saga;
pub mod settled;
pub mod text;
pub mod time;
pub mod view;
