//! Which lane a buyer deals with.

use crate::state::keyed;
use crate::vocabulary::text::{BuyerId, ProductId};

/// The one lane that a buyer deals with for a product, of so many: the same at every node and for ever, so it hangs on
/// no shard's secret. Nobody gains by choosing an id: units go where they are wanted.
pub fn home(product: &ProductId, buyer: &BuyerId, lanes: u16) -> u16 {
    let hash = keyed::of_text(&seed(product), buyer);
    u16::try_from(hash % u64::from(lanes.max(1))).unwrap_or(0)
}

/// Another buyer for each product, so that no lane's buyers are the same everywhere.
fn seed(product: &ProductId) -> [u8; 16] {
    let mut seed = [0; 16];
    seed[..8].copy_from_slice(&keyed::of_text(&[0; 16], product).to_le_bytes());
    seed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes(product: &str, lanes: u16) -> Vec<u16> {
        let product = product.parse().expect("an id");
        let buyer = |number: u32| format!("buyer-{number}").parse().expect("an id");
        (0..1_600).map(|number| home(&product, &buyer(number), lanes)).collect()
    }

    #[test]
    fn a_home_is_for_ever() {
        assert_eq!(homes("shoe.42", 16)[..12], HOMES);
    }

    /// As they were when lanes were made. Other homes would mean other limits for buyers who hold something.
    const HOMES: [u16; 12] = [2, 10, 2, 3, 3, 3, 9, 7, 4, 15, 12, 11];

    #[test]
    fn buyers_spread_over_the_lanes_and_otherwise_for_another_product() {
        let (one, other) = (homes("shoe.42", 16), homes("shoe.43", 16));
        for lane in 0..16 {
            let count = one.iter().filter(|home| **home == lane).count();
            assert!((60..=150).contains(&count), "{count} of 1,600 buyers at lane {lane} of 16");
        }
        let same = one.iter().zip(&other).filter(|(one, other)| one == other).count();
        assert!(same < 200, "{same} of 1,600 at home in the same lane of both");
    }
}
