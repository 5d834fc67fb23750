//! Shorter sequences that still fail: whatever can be left out of one is left out.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::moves::Move;
use super::tally::Tally;
use super::trial::{Case, Trial};

/// A case that fails, without the moves that it fails without. A shrunk sequence has such, for what they did before was
/// made simpler only after they were tried.
pub(crate) fn shorten(mut case: Case) -> Case {
    let mut size = case.moves.len() / 2;
    while size > 0 {
        let mut has_shrunk = false;
        let mut at = 0;
        while at < case.moves.len() {
            let shorter = without(&case, at, size);
            if fails(&shorter) {
                (case, has_shrunk) = (shorter, true);
            } else {
                at += size;
            }
        }
        size = if has_shrunk && size == 1 { 1 } else { size / 2 };
    }
    case
}

fn without(case: &Case, at: usize, size: usize) -> Case {
    let kept = |place: usize| !(at..at + size).contains(&place);
    let moves = case.moves.iter().enumerate().filter(|&(place, _)| kept(place));
    Case { moves: moves.map(|(_, one)| one.clone()).collect::<Vec<Move>>(), ..*case }
}

fn fails(case: &Case) -> bool {
    let tally = RefCell::<Tally>::default();
    let played = catch_unwind(AssertUnwindSafe(|| Trial::new(&tally).play(case)));
    !matches!(played, Ok(Ok(())))
}
