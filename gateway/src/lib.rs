//! flashsale.
