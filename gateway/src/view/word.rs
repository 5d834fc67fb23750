//! The words of the contract for states.

use engine::view::{Capture, OrderStatus, RefundStatus, ReservationStatus};
use engine::{PaymentMode, ProductStatus};

/// A state that has a word in the contract.
pub(crate) trait Word: Copy + Sized + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// Its word.
    fn word(self) -> &'static str;

    /// The state that `text` is the word of.
    fn read(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.word() == text)
    }

    /// All the words, for people.
    fn takes() -> String {
        let words: Vec<String> = Self::ALL.iter().map(|state| format!("\"{}\"", state.word())).collect();
        format!("one of {}", words.join(", "))
    }
}

/// Declares the words of an enum.
macro_rules! words {
    ($type:ident { $($state:ident => $word:literal),+ $(,)? }) => {
        impl Word for $type {
            const ALL: &'static [$type] = &[$($type::$state),+];

            fn word(self) -> &'static str {
                match self {
                    $($type::$state => $word),+
                }
            }
        }
    };
}

words!(ProductStatus {
    Scheduled => "scheduled",
    Open => "open",
    SoldOut => "sold_out",
    Paused => "paused",
    Frozen => "frozen",
    Closed => "closed",
    Archived => "archived",
});

words!(ReservationStatus {
    Held => "held",
    Paying => "paying",
    Paid => "paid",
    Expired => "expired",
    Cancelled => "cancelled",
});

words!(OrderStatus {
    Confirmed => "confirmed",
    PartiallyRefunded => "partially_refunded",
    Refunded => "refunded",
    Cancelled => "cancelled",
});

words!(Capture {
    External => "external",
    Pending => "pending",
    Captured => "captured",
    Failed => "failed",
});

words!(RefundStatus {
    Pending => "pending",
    Succeeded => "succeeded",
    Failed => "failed",
});

words!(PaymentMode {
    Provider => "provider",
    External => "external",
    None => "none",
});
