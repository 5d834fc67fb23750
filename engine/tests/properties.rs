//! Any commands at any times: what must hold whatever happens.
//!
//! Failures print the shortest sequence found and keep its seed in `property/regressions.txt`. `PROPTEST_CASES` asks for
//! more cases than the usual ones.

mod property;

use engine::{Outcome, RULES};
use property::{Answers, Books, Replica, Shop, Turn, deeds, turns};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

fn config() -> ProptestConfig {
    let file = FileFailurePersistence::Direct("tests/property/regressions.txt");
    ProptestConfig {
        cases: ProptestConfig::default().cases.max(400),
        max_shrink_iters: 4_000,
        failure_persistence: Some(Box::new(file)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    /// One replica applies what comes at one time as one batch, another command by command; a third is loaded from a
    /// snapshot now and then. They agree on every outcome, every event and every hash, and the books always add up.
    #[test]
    fn replicas_agree_and_books_add_up(turns in turns(80)) {
        let (mut whole, mut single, mut loaded) = (Replica::new(), Replica::new(), Replica::new());
        let mut books = Books::default();
        for turn in &turns {
            let came = whole.apply(turn);
            prop_assert_eq!(&came, &single.apply_one_by_one(turn));
            if turn.reload {
                loaded.reload();
            }
            prop_assert_eq!(&came, &loaded.apply(turn));
            prop_assert_eq!(whole.hash(), single.hash());
            prop_assert_eq!(whole.hash(), loaded.hash());
            prop_assert_eq!(whole.hash(), whole.recomputed_hash());
            books.note(&came.events);
            books.check(whole.shard())?;
            whole.check()?;
        }
    }

    /// What the leader is told of an attempt before it proposes it is what comes of it.
    #[test]
    fn admission_knows_what_apply_will_do(turns in turns(80)) {
        let mut replica = Replica::new();
        for turn in &turns {
            replica.apply(&Turn { commands: Vec::new(), ..turn.clone() });
            for sent in &turn.commands {
                let expected = replica.foresee(sent);
                let came = replica.send(turn.now, RULES, std::slice::from_ref(sent));
                if let Some(expected) = expected {
                    prop_assert_eq!(expected.err(), match &came.outcomes[0] {
                        Outcome::Refused(refusal) => Some(refusal.clone()),
                        Outcome::Done(_) | Outcome::Replayed(_) => None,
                    });
                }
            }
        }
    }

    /// A key's answer is the one that was given first, for a day, whatever happened since.
    #[test]
    fn a_retry_is_told_what_was_told_first(turns in turns(80)) {
        let mut replica = Replica::new();
        let mut answers = Answers::default();
        for turn in &turns {
            for sent in &turn.commands {
                let came = replica.send(turn.now, RULES, std::slice::from_ref(sent));
                answers.check(replica.shard(), sent, &came.outcomes[0])?;
            }
            if turn.reload {
                replica.reload();
            }
        }
    }

    /// Whatever luck payments have, however many reports are lost, late or doubled, and however far one of two actors is
    /// behind: units are never sold twice, and once the provider answers, every saga ends with nobody having paid for
    /// nothing.
    #[test]
    fn every_saga_ends_and_the_money_is_where_the_books_say(deeds in deeds(250)) {
        let mut shop = Shop::new();
        for deed in &deeds {
            shop.does(deed);
            shop.check()?;
        }
        shop.comes_to_rest()?;
        shop.check()?;
        shop.balances()?;
    }
}

/// The property above would hold in a shop that sells nothing.
#[test]
fn the_shop_of_the_properties_sells_something() {
    use proptest::strategy::{Strategy, ValueTree};
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let orders = (0..50).map(|_| {
        let mut shop = Shop::new();
        let deeds = deeds(250).new_tree(&mut runner).expect("the strategy gives deeds").current();
        deeds.iter().for_each(|deed| shop.does(deed));
        shop.orders()
    });
    assert!(orders.sum::<usize>() > 50);
}
