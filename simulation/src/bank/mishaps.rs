//! The bank's own faults, as a script of the simulator's.

use std::fmt::Write as _;

use crate::chance::Chance;

/// What may go wrong at the bank, but for what goes wrong on the way to it.
const KINDS: [&str; 16] = [
    "kind = \"reset_before\"",
    "kind = \"reset_after\"",
    "kind = \"delay_before\"\nmilliseconds = 3000",
    "kind = \"delay_after\"\nmilliseconds = 3000",
    "kind = \"stall_before\"\nmilliseconds = 8000",
    "kind = \"stall_after\"\nmilliseconds = 8000",
    "kind = \"conflict\"",
    "kind = \"rate_limit\"\nreason = \"endpoint-rate\"",
    "kind = \"lock_timeout\"",
    "kind = \"error_before\"",
    "kind = \"error_after\"\nshould_retry = \"absent\"",
    "kind = \"error_after\"\nshould_retry = \"true\"",
    "kind = \"decline\"",
    "kind = \"authenticate\"",
    "kind = \"refund_pends\"\nseconds = 3",
    "kind = \"refund_pends_then_fails\"\nseconds = 2",
];

/// How often a fault strikes at most: in the end everything must come to its end.
const TIMES_MAX: u64 = 12;

/// A script of faults: none, or a few.
pub(crate) fn mishaps(chance: &Chance) -> String {
    let mut script = format!("seed = {}\n", chance.below(1 << 32));
    for _ in 0..chance.below(6) {
        let (kind, percent, times) =
            (*chance.pick(&KINDS), chance.within(3..=30), chance.within(1..=TIMES_MAX));
        write!(script, "\n[[fault]]\n{kind}\nprobability = 0.{percent:02}\ntimes = {times}\n")
            .expect("a string takes everything");
    }
    script
}
