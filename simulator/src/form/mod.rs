//! Form bodies and query strings: `metadata[order]=7&expand[]=latest_charge`, decoded with bounds, and read so that what
//! nobody asked for is an error that names it.

mod decode;
mod fields;

pub(crate) use decode::Form;
pub(crate) use fields::{Fields, merge};
