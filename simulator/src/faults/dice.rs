//! Dice that fall the same way for the same seed.

/// A number in `0.0..1.0` that depends on nothing but the seed, the rule and the throw (splitmix64).
pub(super) fn throw(seed: u64, rule: u64, throw: u64) -> f64 {
    let mut bits =
        seed ^ rule.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ throw.wrapping_mul(0xD1B5_4A32_D192_ED03);
    for _ in 0..2 {
        bits = bits.wrapping_add(0x9E37_79B9_7F4A_7C15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
    }
    let high = u32::try_from(bits >> 32).unwrap_or(u32::MAX);
    f64::from(high) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_are_even_and_repeatable() {
        assert!((throw(7, 1, 5) - throw(7, 1, 5)).abs() < f64::EPSILON);
        for rule in 0..4 {
            let below = (0..10_000).filter(|n| throw(7, rule, *n) < 0.3).count();
            assert!((2_800..3_200).contains(&below), "{below}");
        }
    }
}
