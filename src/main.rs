//! flashsale.
fn main() {}
