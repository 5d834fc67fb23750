//! Versions of the provider's API: which there are here, and what differs between them.
//!
//! The provider's releases since 2025-03-31.basil are alike in what is served here, but for how an intent is told which
//! payment methods it takes; before it, a cancelled hold made a refund. Sources: the provider's changelog, and the list of
//! releases in that of its Node client.

use crate::object::error::ApiError;

/// The version that accounts have: what requests are of that name none, and events whose endpoint names none.
pub const API_VERSION: &str = DEFAULT.0;

const DEFAULT: Version = Version("2025-09-30.clover");
/// The first that takes `allowed_payment_method_types`.
const ALLOWS: Version = Version("2026-07-29.dahlia");
/// The first that takes `payment_method_types` no more.
const NAMES_NO_MORE: Version = Version("2026-09-30.endive");

const KNOWN: &[&str] = &[
    "2025-03-31.basil",
    "2025-04-30.basil",
    "2025-05-28.basil",
    "2025-06-30.basil",
    "2025-07-30.basil",
    "2025-08-27.basil",
    "2025-09-30.clover",
    "2025-10-29.clover",
    "2025-11-17.clover",
    "2025-12-15.clover",
    "2026-01-28.clover",
    "2026-02-25.clover",
    "2026-03-25.dahlia",
    "2026-04-22.dahlia",
    "2026-05-27.dahlia",
    "2026-06-24.dahlia",
    "2026-07-29.dahlia",
    "2026-08-26.dahlia",
    "2026-09-30.endive",
    "2026-10-28.endive",
];

/// A version of the API that is served. Their names begin with their dates, so they are in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(&'static str);

impl Default for Version {
    /// The one that accounts have.
    fn default() -> Version {
        DEFAULT
    }
}

impl Version {
    /// Reads the name of a version. One that is not served is refused as the provider refuses one that there never was:
    /// its answers would be another's.
    pub(crate) fn read(name: &str) -> Result<Version, ApiError> {
        let known = KNOWN.iter().find(|known| **known == name);
        known.map(|known| Version(known)).ok_or_else(|| {
            let (first, last) = (KNOWN.first().unwrap_or(&DEFAULT.0), KNOWN.last().unwrap_or(&DEFAULT.0));
            ApiError::invalid(format!(
                "Invalid Stripe API version: {name}. The simulator serves the releases from {first} to {last}."
            ))
        })
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        self.0
    }

    /// Whether `allowed_payment_method_types` is a parameter of intents.
    pub(crate) fn allows_types(self) -> bool {
        self >= ALLOWS
    }

    /// Whether `payment_method_types` is a parameter of intents.
    pub(crate) fn names_types(self) -> bool {
        self < NAMES_NO_MORE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_known_once_and_in_order() {
        assert!(KNOWN.is_sorted_by(|one, other| one < other), "{KNOWN:?}");
        for named in [DEFAULT, ALLOWS, NAMES_NO_MORE] {
            assert_eq!(Version::read(named.name()).ok(), Some(named));
        }
    }

    #[test]
    fn one_that_is_not_served_is_refused_by_name() {
        for name in [
            "",
            "yesterday",
            "2025-09-30",
            "2025-09-30.acacia",
            "2024-06-20",
            "2025-09-30.clover, 2025-09-30.clover",
        ] {
            let refused = Version::read(name).expect_err(name);
            assert_eq!(refused.status, 400);
            assert!(
                refused.message.contains(name) && refused.message.contains("2026-10-28.endive"),
                "{refused:?}"
            );
        }
    }
}
