//! The core's stories: what it does with each verdict, and that no crash and no fault makes it lose or double a payment.

mod author;
mod authorize;
mod book;
mod crash;
mod ledger;
mod part;
mod recheck;
mod settle;
mod stage;
mod wait;
