//! How long to wait before the next try: doubling, with jitter, so that those who failed together do not return together.

use engine::Span;

/// Randomness from a seed: SplitMix64 (Steele, Lea and Flood, 2014). The same seed gives the same story.
#[derive(Clone, Debug)]
pub(super) struct Jitter(u64);

impl Jitter {
    pub(super) fn new(seed: u64) -> Jitter {
        Jitter(seed)
    }

    /// Half of `span` to all of it.
    pub(super) fn of(&mut self, span: Span) -> Span {
        let half = span.0 / 2;
        Span(span.0 - self.draw() % (half + 1))
    }

    /// Nothing to all of `span`.
    pub(super) fn below(&mut self, span: Span) -> Span {
        Span(self.draw() % span.0.saturating_add(1))
    }

    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}

/// `first`, doubled `times` times, at most `cap`.
pub(super) fn doubled(first: Span, times: u32, cap: Span) -> Span {
    let factor = 1_u64.checked_shl(times).unwrap_or(u64::MAX);
    Span(first.0.saturating_mul(factor).min(cap.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap() {
        let waits = [0, 1, 2, 3, 4, 63, 64, 1_000].map(|times| doubled(Span(500), times, Span(5_000)).0);
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000]);
    }

    #[test]
    fn jitter_takes_up_to_a_half_and_repeats_from_its_seed() {
        let draw = |seed| {
            let mut jitter = Jitter::new(seed);
            (0..1_000).map(|_| jitter.of(Span(1_000)).0).collect::<Vec<_>>()
        };
        let waits = draw(7);
        assert!(waits.iter().all(|wait| (500..=1_000).contains(wait)));
        assert!(waits.iter().any(|wait| *wait < 550) && waits.iter().any(|wait| *wait > 950));
        assert_eq!(waits, draw(7));
        assert_ne!(waits, draw(8));
    }
}
