//! Which of the things that there are is meant.

use engine::ReservationId;

use super::moves::Pick;
use super::names;
use super::reference::{Reservation, Shop};

/// A reservation of the better ones, if such are wanted and there are any, or of all; or one that is not there.
pub(crate) fn picked_reservation(
    pick: Pick,
    shop: &Shop,
    is_better: impl Fn(&Reservation) -> bool,
    will_do: impl Fn(&Reservation) -> bool,
) -> ReservationId {
    let ids_of = |will_do: &dyn Fn(&Reservation) -> bool| {
        let all = shop.reservations.iter().filter(|(_, one)| will_do(one));
        all.map(|(&id, _)| id).collect::<Vec<_>>()
    };
    let better = if matches!(pick, Pick::Live(_)) { ids_of(&is_better) } else { Vec::new() };
    let ids = if better.is_empty() { ids_of(&will_do) } else { better };
    picked(&ids, pick).unwrap_or(names::reservation(0))
}

pub(crate) fn picked<T: Copy>(things: &[T], pick: Pick) -> Option<T> {
    match pick {
        Pick::Live(nth) | Pick::Any(nth) => nth_newest(things.len(), nth).map(|at| things[at]),
        Pick::Unknown => None,
    }
}

/// The place of the n-th from the end, round and round.
pub(crate) fn nth_newest(many: usize, nth: u8) -> Option<usize> {
    (many > 0).then(|| many - 1 - usize::from(nth) % many)
}
