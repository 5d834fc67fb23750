//! Holds that the cluster acknowledged, and what the clients know of their end.

/// An acknowledged hold.
#[derive(Clone, Debug)]
pub(super) struct Hold {
    pub(super) reservation: String,
    pub(super) buyer: String,
    pub(super) end: End,
}

/// What a client knows of a hold's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Its buyer did nothing more, so it expired.
    Expired,
    /// Its buyer gave it back.
    Cancelled,
    /// It became this order.
    Paid { order: String },
    /// The cluster said that it was too late for the next step.
    TooLate,
    /// No definite answer came to the last step.
    Unknown,
}

impl End {
    /// Whether the cluster may say that a hold with this end is in `status`, with `order`.
    pub(super) fn agrees(&self, status: &str, order: Option<&str>) -> bool {
        match self {
            End::Expired | End::TooLate => status == "expired" && order.is_none(),
            End::Cancelled => status == "cancelled" && order.is_none(),
            End::Paid { order: known } => status == "paid" && order == Some(known),
            End::Unknown => true,
        }
    }
}
