//! The state hash: a wrapping sum of one mixed word per object, so it can be kept up as objects come, change and go,
//! and does not depend on where or in which order they lie.

/// An odd number whose bits are as good as random: the golden ratio's.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Both halves of the 128-bit product, folded into one word.
#[expect(clippy::cast_possible_truncation, reason = "each half of the product is cut out on purpose")]
pub(crate) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// What an object is, so that two of different kinds never count as the same.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Scalars = 1,
    Product,
    Reservation,
    Order,
    Refund,
    Memory,
    Text,
    Saga,
    Payout,
    Outbox,
    Consumer,
}

/// Mixes the content of one object into a word.
#[derive(Clone, Copy)]
pub(crate) struct Mix(u64);

impl Mix {
    pub(crate) fn new(kind: Kind) -> Mix {
        Mix(0x243f_6a88_85a3_08d3).word(kind as u64)
    }

    pub(crate) fn word(self, word: u64) -> Mix {
        Mix(fold(self.0 ^ word, MULTIPLIER).wrapping_add(0x1319_8a2e_0370_7344))
    }

    /// Two numbers of 32 bits as one word.
    pub(crate) fn pair(self, high: u32, low: u32) -> Mix {
        self.word((u64::from(high) << 32) | u64::from(low))
    }

    pub(crate) fn id(self, id: [u8; 16]) -> Mix {
        let [a, b, c, d, e, f, g, h, rest @ ..] = id;
        self.word(u64::from_le_bytes([a, b, c, d, e, f, g, h])).word(u64::from_le_bytes(rest))
    }

    /// Bytes of any number, and how many they are.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Mix {
        let words = bytes
            .chunks(8)
            .map(|chunk| chunk.iter().rev().fold(0_u64, |word, &byte| (word << 8) | u64::from(byte)));
        words.fold(self.word(bytes.len() as u64), Mix::word)
    }

    /// A text or none, which is not the same as an empty one.
    pub(crate) fn text(self, text: Option<&str>) -> Mix {
        match text {
            None => self.word(u64::MAX),
            Some(text) => self.bytes(text.as_bytes()),
        }
    }

    pub(crate) fn end(self) -> u64 {
        fold(self.0 ^ 0xa409_3822_299f_31d0, 0xd6e8_feb8_6659_fd93)
    }
}

/// An id as one word.
pub(crate) fn of_id(id: [u8; 16]) -> u64 {
    Mix::new(Kind::Text).id(id).end()
}

/// The sum over all objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Digest {
    pub(crate) fn add(&mut self, object: u64) {
        self.0 = self.0.wrapping_add(object);
    }

    pub(crate) fn subtract(&mut self, object: u64) {
        self.0 = self.0.wrapping_sub(object);
    }

    pub(crate) fn replace(&mut self, old: u64, new: u64) {
        self.subtract(old);
        self.add(new);
    }

    pub(crate) fn sum(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_of_a_word_changes_about_half_of_the_hash() {
        let base = Mix::new(Kind::Order).word(12_345).end();
        for bit in 0..64 {
            let other = Mix::new(Kind::Order).word(12_345 ^ (1 << bit)).end();
            assert!((10..=54).contains(&(base ^ other).count_ones()), "bit {bit}");
        }
    }

    #[test]
    fn kinds_lengths_and_absence_are_told_apart() {
        let mix = Mix::new(Kind::Text);
        let all = [
            mix.text(None).end(),
            mix.text(Some("")).end(),
            mix.text(Some("a")).end(),
            mix.text(Some("a\0")).end(),
            Mix::new(Kind::Order).text(Some("a")).end(),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one));
        }
    }
}
