//! Problems: answers that say why something was not done (RFC 9457).

mod answer;
mod code;
mod explanation;
pub(crate) mod page;
mod refusal;
mod unsettled;

pub(crate) use answer::{Member, Problem};
pub use code::{Code, UnknownCode};
pub use explanation::Explanation;
pub(crate) use refusal::revision_mismatch;
