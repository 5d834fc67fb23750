//! Who looks.

/// Who is shown a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Whoever holds it, or a shop that acts for them.
    Buyer,
    /// Operators, who look on.
    Others,
}
