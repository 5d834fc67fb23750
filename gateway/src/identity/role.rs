//! Roles, in order of what they may do: each may do all that the one before may.

/// What the holder of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads, and metrics.
    Viewer,
    /// Acts for buyers, and confirms external payments.
    Service,
    /// Everything.
    Admin,
}

impl Role {
    /// The role's name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Service => "service",
            Role::Admin => "admin",
        }
    }

    /// Whose idempotency keys an operator's are. A buyer's id has no space in it, so no buyer can be called this.
    pub(crate) fn principal(self) -> &'static str {
        match self {
            Role::Viewer => "role viewer",
            Role::Service => "role service",
            Role::Admin => "role admin",
        }
    }
}
