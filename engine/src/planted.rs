//! Bugs that are planted on purpose, one at a time, to see that the simulation finds them. Never part of the product.

use std::sync::atomic::{AtomicU8, Ordering};

/// A bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Bug {
    /// The log tells that entries are durable before they are synced.
    AckBeforeSync = 1,
    /// A vote is not written down.
    VoteForgotten,
    /// A leader answers before its term's first entry is applied.
    AnswerBeforeBlank,
    /// A leader refuses without a round that confirms that it still leads.
    NoConfirmation,
    /// A leader proposes by its wall clock.
    WallClock,
    /// An earlier send of a key that was refused is taken all the same.
    LateTwin,
    /// The units of a hold that is cancelled are given back twice.
    UnitsTwice,
    /// What is remembered of idempotency keys is left out of snapshots.
    KeysNotInSnapshot,
    /// Of attempts that are proposed together, the newest comes first.
    NewestFirst,
    /// Each call to the payment provider brings a key of its own, also if it is made again.
    FreshKeys,
    /// A card is charged as the intent is made, and not by a capture that can only be of the one that was recorded; and each
    /// time that it is made again, since no answer came, it is made under another key.
    ChargedAtOnce,
}

impl Bug {
    /// All of them.
    pub const ALL: [Bug; 11] = [
        Bug::AckBeforeSync,
        Bug::VoteForgotten,
        Bug::AnswerBeforeBlank,
        Bug::NoConfirmation,
        Bug::WallClock,
        Bug::LateTwin,
        Bug::UnitsTwice,
        Bug::KeysNotInSnapshot,
        Bug::NewestFirst,
        Bug::FreshKeys,
        Bug::ChargedAtOnce,
    ];

    /// Its name on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Bug::AckBeforeSync => "ack-before-sync",
            Bug::VoteForgotten => "vote-forgotten",
            Bug::AnswerBeforeBlank => "answer-before-blank",
            Bug::NoConfirmation => "no-confirmation",
            Bug::WallClock => "wall-clock",
            Bug::LateTwin => "late-twin",
            Bug::UnitsTwice => "units-twice",
            Bug::KeysNotInSnapshot => "keys-not-in-snapshot",
            Bug::NewestFirst => "newest-first",
            Bug::FreshKeys => "fresh-keys",
            Bug::ChargedAtOnce => "charged-at-once",
        }
    }
}

static PLANTED: AtomicU8 = AtomicU8::new(0);

/// Plants a bug in this process, instead of any other.
pub fn plant(bug: Bug) {
    PLANTED.store(bug as u8, Ordering::Relaxed);
}

/// Whether this bug is planted in this process.
pub fn has(bug: Bug) -> bool {
    PLANTED.load(Ordering::Relaxed) == bug as u8
}
