//! What must hold, one file an invariant. Each is a plain function from what was seen to what is wrong with it, so that
//! it can be shown to find what it looks for; and each has a way to look.

pub(crate) mod accounted;
pub(crate) mod agreed;
pub(crate) mod answered_once;
pub(crate) mod audited;
pub(crate) mod back;
pub(crate) mod charged_once;
pub(crate) mod conserved;
pub(crate) mod decided;
pub(crate) mod durable;
pub(crate) mod in_order;
pub(crate) mod in_time;
pub(crate) mod paid_for;
pub(crate) mod punctual;
pub(crate) mod settled;
pub(crate) mod verdict;

pub(crate) use settled::{check_payments, check_settled, judge};
pub(crate) use verdict::{Verdict, caught_up, check_all, check_answers, check_books};
