//! The commands, one file each. A file reads from top to bottom as the refusals in their order, then what is done.

mod activate_rules;
mod adjust_stock;
mod archive;
pub(super) mod attempt;
mod cancel;
mod checkout;
mod confirm;
mod consume;
mod dispatch;
mod found;
mod notice;
mod operation;
pub(super) mod order;
mod pause;
mod pay;
mod purchase;
mod put_product;
mod refund;
mod release;
mod report;
mod reserve;
mod resume;
mod transfer;

pub(super) use dispatch::run;
