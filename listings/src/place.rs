//! A row's place in a list.

use std::cmp::Ordering;

use engine::LogTime;

/// A row's place: newest first by creation, and by id among those of one millisecond. The order of places is the order
/// of a list, and also the order of their bytes, so that walking an index forwards walks a list from its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) created_at: LogTime,
    pub(crate) id: [u8; 16],
}

impl Place {
    /// How many bytes a place has.
    pub(crate) const LEN: usize = 24;

    /// Where a row of this id would about be: its millisecond is that of the gateway which made the id, and log time
    /// runs close to it.
    pub(crate) fn guess(id: [u8; 16]) -> Place {
        let [a, b, c, d, e, f, ..] = id;
        Place { created_at: LogTime(u64::from_be_bytes([0, 0, a, b, c, d, e, f])), id }
    }

    pub(crate) fn bytes(self) -> [u8; Place::LEN] {
        let mut bytes = [0; Place::LEN];
        bytes[..8].copy_from_slice(&self.created_at.0.to_be_bytes());
        bytes[8..].copy_from_slice(&self.id);
        bytes.map(|byte| !byte)
    }

    /// The place that an index key ends with; `None` if it is too short to.
    pub(crate) fn at_end_of(key: &[u8]) -> Option<Place> {
        let bytes = key.last_chunk::<{ Place::LEN }>()?.map(|byte| !byte);
        let (created_at, id) = bytes.split_first_chunk::<8>()?;
        Some(Place { created_at: LogTime(u64::from_be_bytes(*created_at)), id: id.try_into().ok()? })
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Place) -> Ordering {
        (other.created_at, other.id).cmp(&(self.created_at, self.id))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Place) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_sort_as_places_do_and_newest_first() {
        let place = |at, id| Place { created_at: LogTime(at), id: [id; 16] };
        let newest_first = [place(300, 1), place(200, 9), place(200, 3), place(0, 255)];
        assert!(newest_first.is_sorted());
        assert!(newest_first.map(Place::bytes).is_sorted());
        for place in newest_first {
            assert_eq!(Place::at_end_of(&[&[7, 7][..], &place.bytes()].concat()), Some(place));
        }
        assert_eq!(Place::at_end_of(&[0; 23]), None);
    }
}
