//! What every run must come past, or it says nothing.

use super::tally::Tally;

/// How often, at least.
const LEAST: u64 = 3;

/// What each command comes to, but for a few things that a run meets hardly ever.
const OUTCOMES: &[(&str, &str)] = &[
    ("Found done", "Internal"),
    ("Found refused", "NotReady, KeyReused"),
    ("ActivateRules done", "Internal"),
    ("ActivateRules refused", "TooLate, Invalid Rules"),
    ("PutProduct done", "Created, Product"),
    ("PutProduct again", "Created, Product"),
    (
        "PutProduct refused",
        "NotReady, TooLate, Invalid ClosesAt, Invalid HoldSeconds, Invalid Lanes, Invalid MaxPerBuyer, \
        Invalid MaxPerBuyerInGroup, Invalid Price, Invalid Stock, KeyReused, RevisionMismatch, \
        Conflict Archived, Conflict Open",
    ),
    ("PauseProduct done", "Product"),
    ("PauseProduct again", "Product"),
    ("PauseProduct refused", "NotReady, TooLate, NotFound, KeyReused, Conflict Archived"),
    ("ResumeProduct done", "Product"),
    ("ResumeProduct again", "Product"),
    ("ResumeProduct refused", "NotReady, TooLate, NotFound, KeyReused, Conflict Archived"),
    ("ArchiveProduct done", "Product"),
    ("ArchiveProduct again", "Product"),
    ("ArchiveProduct refused", "NotFound, KeyReused"),
    ("AdjustStock done", "Adjusted"),
    ("AdjustStock again", "Adjusted"),
    (
        "AdjustStock refused",
        "NotReady, TooLate, Invalid Delta, NotFound, KeyReused, Conflict Archived, StockCommitted",
    ),
    ("Reserve done", "Ordered, Reserved"),
    ("Reserve again", "Ordered, Reserved"),
    (
        "Reserve refused",
        "NotReady, TooLate, TooManyKeys, Invalid PaymentMethod, Invalid Quantity, NotFound, KeyReused, \
        SaleNotStarted, SalePaused, SaleEnded, LimitReached, LimitReached in group, SoldOut, \
        SoldOut for good, Conflict Cancelled, Conflict Expired, Conflict Held, Conflict Paid, \
        Conflict PaidOtherwise External, Conflict Paying, Conflict order Confirmed",
    ),
    ("Purchase done", "Ordered, PaymentBegun 1"),
    ("Purchase again", "Ordered, PaymentBegun 1"),
    (
        "Purchase refused",
        "NotReady, TooLate, TooManyKeys, Invalid Quantity, NotFound, KeyReused, SaleNotStarted, \
        SalePaused, SaleEnded, LimitReached, LimitReached in group, SoldOut, SoldOut for good, \
        Conflict Cancelled, Conflict Expired, Conflict Held, Conflict Paid, \
        Conflict PaidOtherwise External, Conflict Paying, Conflict order Confirmed",
    ),
    ("Cancel done", "Cancelled"),
    ("Cancel again", "Cancelled"),
    (
        "Cancel refused",
        "NotReady, TooLate, NotFound, KeyReused, Conflict Paid, Conflict Paying, ReservationExpired",
    ),
    ("Checkout done", "CheckedOut"),
    ("Checkout again", "CheckedOut"),
    (
        "Checkout refused",
        "NotReady, TooLate, TooManyKeys, NotFound, KeyReused, Conflict Cancelled, Conflict Held, \
        Conflict Paid, Conflict PaidOtherwise Provider, Conflict Paying, ReservationExpired",
    ),
    ("Confirm done", "Confirmed"),
    ("Confirm again", "Confirmed"),
    (
        "Confirm refused",
        "NotReady, TooLate, Invalid Amount, Invalid Currency, NotFound, KeyReused, Conflict Cancelled, \
        Conflict Held, Conflict Paid, Conflict PaidOtherwise Provider, Conflict Paying, \
        Conflict order Confirmed, ReservationExpired",
    ),
    ("Release done", "Released, ReleasedToExpired"),
    ("Release again", "Released"),
    (
        "Release refused",
        "NotReady, TooLate, NotFound, KeyReused, Conflict Cancelled, Conflict Held, Conflict Paid, \
        Conflict Paying, ReservationExpired",
    ),
    ("Pay done", "PaymentBegun 1, PaymentBegun 2, PaymentBegun 3"),
    ("Pay again", "PaymentBegun 1, PaymentBegun 2"),
    (
        "Pay refused",
        "NotReady, TooLate, TooManyKeys, NotFound, KeyReused, Conflict Cancelled, Conflict Paid, \
        Conflict PaidOtherwise External, Conflict PaidOtherwise None, Conflict Paying, \
        Conflict TriesUsedUp, Conflict order Confirmed, ReservationExpired",
    ),
    ("Refund done", "RefundBegun, Refunded"),
    ("Refund again", "RefundBegun, Refunded"),
    (
        "Refund refused",
        "NotReady, TooLate, TooManyKeys, Invalid Amount, Invalid Restock, NotFound, KeyReused, \
        Conflict order Cancelled, Conflict order Confirmed, Conflict order PartiallyRefunded, \
        Conflict order Refunded",
    ),
    ("Report done", "Internal"),
    ("Report again", "Internal"),
    (
        "Report refused",
        "NotReady, TooLate, NotFound, KeyReused, Conflict Cancelled, Conflict Expired, Conflict Held, \
        Conflict Paid, Conflict Paying, Conflict order Cancelled, Conflict order Confirmed, \
        Conflict order PartiallyRefunded, Conflict order Refunded",
    ),
    ("Notice done", "Internal"),
    ("Notice again", "Internal"),
    ("Notice refused", "NotReady, TooLate, NotFound, KeyReused"),
];

/// The table of `engine/src/shard/saga/mod.rs`: every finding about a try, wherever it is.
const STAGES: &str = "Queued, Begun, Created, Processing, RequiresAction, Authorized, Captured, Cancelling, Declined, \
    Unsettled, Compensating, Dead";
const FINDINGS: &str = "Begun, Created, Rejected, ActionRequired, Processing, Authorized, Declined, Cancelled, Captured, \
    CaptureFailed, CompensationMade, Compensated, CompensationFailed, Unchanged";

/// What happens by itself, and what takes luck to meet.
const RULES: &[&str] = &[
    "a buyer has more than eight products",
    "a millisecond before an end",
    "a reservation is forgotten",
    "a reservation is forgotten at its very moment",
    "a reservation is kept",
    "a reservation is kept at its very moment",
    "an answer is forgotten at its very moment",
    "an answer is told again in its last millisecond",
    "an event came twice",
    "no order can be made of what is Authorized",
    "no order can be made of what is Captured",
    "no room for an answer",
    "something ends at its very moment",
    "time is up: Held, Compensating, for good",
    "time is up: Held, Dead, for good",
    "time is up: Held, Declined, for good",
    "time is up: Held, Unsettled, for good",
    "time is up: Held, without a try, for good",
    "time is up: Paying, Begun",
    "time is up: Paying, Begun, for good",
    "time is up: Paying, Cancelling, for good",
    "time is up: Paying, Compensating, for good",
    "time is up: Paying, Created",
    "time is up: Paying, Created, for good",
    "time is up: Paying, Processing",
    "time is up: Paying, Queued, for good",
    "time is up: Paying, RequiresAction",
    "time is up: Paying, without a try, for good",
];

impl Tally {
    /// What was missed, in words.
    pub(crate) fn missed(&self) -> Vec<String> {
        let outcomes = OUTCOMES.iter().flat_map(|(command, outcomes)| {
            words(outcomes).map(move |outcome| format!("{command} {outcome}"))
        });
        let cells = words(STAGES)
            .flat_map(|stage| words(FINDINGS).map(move |finding| format!("{stage} and {finding}")));
        let rules = RULES.iter().map(|&rule| rule.to_owned());
        let all = outcomes.chain(cells).chain(rules);
        let is_missed = |what: &String| self.counts.get(what).is_none_or(|&count| count < LEAST);
        all.filter(is_missed).collect()
    }
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}
