//! The numbers of intents: each is promised when a request that makes one is admitted, so that faults for it strike that
//! request and no other that is under way.

use std::collections::BTreeSet;

/// The numbers of intents, from 1.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    last: u64,
    promised: BTreeSet<u64>,
    /// Numbers not above `last` that nobody has: what they were promised to made no intent. No more than requests are
    /// under way at once.
    free: BTreeSet<u64>,
}

impl Orders {
    /// The numbers behind `last`.
    pub(crate) fn after(last: u64) -> Orders {
        Orders { last, ..Orders::default() }
    }

    /// The highest number that was ever promised.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Promises the lowest number that nobody has.
    pub(crate) fn promise(&mut self) -> u64 {
        let number = self.free.pop_first().unwrap_or_else(|| {
            self.last += 1;
            self.last
        });
        self.promised.insert(number);
        number
    }

    /// An intent has this number from now on.
    pub(crate) fn give(&mut self, number: u64) {
        self.promised.remove(&number);
    }

    /// What this number was promised to is over: if no intent got it, another may.
    pub(crate) fn take_back(&mut self, number: u64) {
        if self.promised.remove(&number) {
            self.free.insert(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_promised_again_if_no_intent_got_it() {
        let mut orders = Orders::after(4);
        assert_eq!([orders.promise(), orders.promise(), orders.promise()], [5, 6, 7]);
        orders.give(7);
        [6, 7].into_iter().for_each(|number| orders.take_back(number));
        assert_eq!([orders.promise(), orders.promise()], [6, 8]);
        assert_eq!(orders.last(), 8);
    }
}
