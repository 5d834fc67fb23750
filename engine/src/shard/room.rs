//! Room: what is left of stock and limits.

/// What the applied state would still allow, beside what is asked for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room<'a> {
    /// Units of the product that are free.
    pub available: u64,
    /// Units of it that the buyer may still take.
    pub allowance: u64,
    /// The product's group and how many units of all its products the buyer may still take, if that is limited.
    pub group: Option<(&'a str, u64)>,
}
