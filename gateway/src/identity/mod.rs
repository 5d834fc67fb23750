//! Who is asking: tokens and their roles, buyers, and what each may do.

mod caller;
mod role;
mod token;

pub(crate) use caller::{Identity, Operator, Reader};
pub use role::Role;
pub use token::{TokenError, Tokens};
