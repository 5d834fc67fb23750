//! Who comes to pay, by the seed: with which cards, at what, and how they go about it.

use crate::cluster::{Card, Chance, Customer};

/// What buyers have on them, and how many of a hundred do. Whoever can be asked to prove themselves does so, but for
/// those who are somebody else, and those who leave.
const WALLETS: [(u64, &[Card]); 8] = [
    (44, &[GOOD]),
    (12, &[Card::EMPTY, GOOD]),
    (14, &[Card::APPROVED]),
    (8, &[Card::STOLEN, GOOD]),
    (5, &[Card::APPROVED_AND_EMPTY, Card::EMPTY, GOOD]),
    (5, &[Card::EMPTY, Card::EMPTY, Card::EMPTY]),
    (6, &[Card::FAILS_LATER.approved()]),
    (6, &[Card::TAKES_TIME.approved()]),
];
const GOOD: Card = Card::GOOD.approved();
/// At what is held for a short time, the bank asks everybody, and they take their time to answer.
const SLOW: [&[Card]; 3] = [
    &[Card::APPROVED.dawdling()],
    &[Card::STOLEN.dawdling()],
    &[Card::EMPTY, Card::APPROVED.dawdling(), Card::APPROVED.dawdling()],
];

/// Of a hundred, how many buy what is held for a short time, and how many never answer the bank.
const SHORT_PERCENT: u64 = 20;
const GONE_PERCENT: u64 = 5;

/// What they buy.
#[derive(Clone, Debug)]
pub(crate) struct Goods {
    /// Its holds outlast the test.
    pub(crate) long: String,
    /// Its holds end while they are paid.
    pub(crate) short: String,
}

/// The buyer of a number. Where `some_leave`, some never answer the bank.
pub(crate) fn buyer(seed: u64, number: usize, goods: &Goods, some_leave: bool) -> Customer {
    let mut chance = Chance::new(seed, (1 << 32) + number as u64);
    let is_short = chance.below(100) < SHORT_PERCENT;
    let leaves = some_leave && chance.below(100) < GONE_PERCENT;
    let cards = match (leaves, is_short) {
        (true, _) => &[Card::ABANDONED],
        (_, true) => chance.pick(&SLOW),
        (_, false) => wallet(chance.below(100)),
    };
    let customer = Customer::new(if is_short { &goods.short } else { &goods.long }, number, cards);
    // Only in one call is the payment sure to begin before a short hold ends.
    if is_short || chance.below(2) == 0 { customer.at_once() } else { customer }
}

fn wallet(mut percent: u64) -> &'static [Card] {
    for (share, cards) in WALLETS {
        match percent.checked_sub(share) {
            Some(rest) => percent = rest,
            None => return cards,
        }
    }
    unreachable!("the shares add up to a hundred")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_brings_the_same_buyers_and_all_kinds_of_them() {
        assert_eq!(WALLETS.iter().map(|(share, _)| share).sum::<u64>(), 100);
        let goods = Goods { long: "long".to_owned(), short: "short".to_owned() };
        let all = |seed: u64| (0..150).map(|number| buyer(seed, number, &goods, true)).collect::<Vec<_>>();
        assert_eq!(format!("{:?}", all(7)), format!("{:?}", all(7)));
        for seed in 0..20 {
            let (short, long): (Vec<_>, Vec<_>) =
                all(seed).into_iter().partition(|one| one.product == "short");
            assert!(short.len() >= 10 && long.len() >= 100, "{} and {}", short.len(), long.len());
            assert!(long.iter().chain(&short).any(|one| one.cards == [Card::ABANDONED]));
        }
    }
}
