//! One sequence, played in the model and in the engine side by side.

use std::cell::RefCell;

use engine::command::{Found, PutProduct, Reserve};
use engine::{Command, Done, LogTime, Outcome, Scope, Span, command::Cancel};

use super::compare::{self, Seen};
use super::moves::{Deed, Due, Move, Wait};
use super::names::{self, START};
use super::reference::{Sent, Shop};
use super::replicas::{Came, Replicas, Verdict, equal};
use super::resolve::{Resolver, SECRET, described};
use super::scopes::scope;
use super::tally::Tally;
use super::words;

/// A sequence of moves, and what was before them.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) before: Before,
    pub(crate) moves: Vec<Move>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Before {
    /// Nothing: the shard is not even founded.
    Nothing,
    /// Some products are on sale.
    Sale,
    /// The same, and for one buyer nearly as many answers are remembered as can be.
    Crowd,
    /// The same, and one buyer holds something of most of a wide group.
    Wide,
}

/// How many answers are remembered of the crowd's buyer: two fewer than can be.
const CROWD: u64 = 998;

pub(crate) struct Trial<'a> {
    shop: Shop,
    replicas: Replicas,
    resolver: Resolver,
    seen: Seen,
    /// What the engine said when something was first done under a key.
    firsts: Vec<(Scope, Done)>,
    tally: &'a RefCell<Tally>,
    /// What happened, in words.
    pub(crate) story: Option<Vec<String>>,
}

impl<'a> Trial<'a> {
    pub(crate) fn new(tally: &'a RefCell<Tally>) -> Trial<'a> {
        Trial {
            shop: Shop::default(),
            replicas: Replicas::new(),
            resolver: Resolver::default(),
            seen: Seen::default(),
            firsts: Vec::new(),
            tally,
            story: None,
        }
    }

    /// Plays a case to its end, or to the first difference.
    pub(crate) fn play(&mut self, case: &Case) -> Verdict {
        self.begin(case.before)?;
        for one in &case.moves {
            self.make(one)?;
        }
        self.replicas.catch_up()?;
        self.replicas.reload(true)
    }

    fn begin(&mut self, before: Before) -> Verdict {
        if matches!(before, Before::Nothing) {
            return self.send(plain(Command::Found(Found { secret: SECRET }), 0), false);
        }
        self.send(plain(Command::Found(Found { secret: SECRET }), 1), false)?;
        let is_wide = matches!(before, Before::Wide);
        let more = names::WIDE.filter(|_| is_wide);
        for number in names::ON_SALE.into_iter().chain(more) {
            let product = names::product(number);
            let mut description = described(&product);
            if is_wide {
                (description.max_per_buyer_in_group, description.hold) = (Some(14), Span(600_000));
            }
            let put = PutProduct { product, description, if_revision: None };
            self.send(plain(Command::PutProduct(Box::new(put)), 1), false)?;
        }
        match before {
            Before::Crowd => self.crowd(),
            Before::Wide => self.wide(),
            Before::Nothing | Before::Sale => Ok(()),
        }
    }

    /// One buyer holds something of most of a wide group.
    fn wide(&mut self) -> Verdict {
        for number in names::WIDE.skip(1) {
            let reserve = reserve(u64::from(number), number);
            self.send(plain(Command::Reserve(reserve), 1), false)?;
        }
        Ok(())
    }

    /// One buyer gives a hold back again and again, each time with another key.
    fn crowd(&mut self) -> Verdict {
        let reserve = reserve(1, 0);
        let reservation = reserve.reservation;
        self.send(plain(Command::Reserve(reserve), 1), false)?;
        let cancels = (0..CROWD).map(|key| {
            let cancel = plain(Command::Cancel(Cancel { reservation, buyer: None }), 1);
            let (principal, route) = ("alice".to_owned(), "DELETE /v1/reservations".to_owned());
            Sent { key: Some(Scope { principal, route, key: key.to_string() }), ..cancel }
        });
        let cancels = cancels.collect::<Vec<_>>();
        let came = self.replicas.apply(&cancels)?;
        self.resolver.history.extend(cancels.iter().cloned());
        for (sent, outcome) in cancels.iter().zip(&came.outcomes) {
            equal("the outcomes", &self.shop.send(sent).0, outcome)?;
        }
        self.seen.compare(&self.shop, &self.replicas.first, &came.events)
    }

    fn make(&mut self, one: &Move) -> Verdict {
        let now = self.moment(one.wait);
        self.shop.pass(now);
        let sent = self.sent(one, now);
        self.send(sent, one.reloads)?;
        self.tally.borrow_mut().commands += 1;
        if one.ends_batch { self.replicas.catch_up() } else { Ok(()) }
    }

    fn moment(&self, wait: Wait) -> LogTime {
        let now = self.shop.now.0;
        match wait {
            Wait::Not => LogTime(now),
            Wait::Millis(millis) => LogTime(now + millis),
            Wait::Back(millis) => LogTime(now - millis),
            Wait::Until(due, nth, by) => {
                let mut moments = self.moments(due).collect::<Vec<_>>();
                moments.sort_unstable();
                moments.dedup();
                let at = moments.get(usize::from(nth)).or(moments.last());
                at.map_or(LogTime(now), |at| LogTime(at.0.saturating_add_signed(by)))
            }
        }
    }

    fn moments(&self, due: Due) -> Box<dyn Iterator<Item = LogTime> + '_> {
        let shop = &self.shop;
        match due {
            Due::End => Box::new(shop.reservations.values().filter_map(|one| one.ends_at())),
            Due::Window => Box::new(shop.windows()),
            Due::Answer => Box::new(shop.remembered.iter().map(|remembered| remembered.ends_at())),
            Due::Kept => {
                let over = shop.reservations.values().filter(|one| !one.status.is_live());
                Box::new(over.map(|one| one.kept_until))
            }
        }
    }

    fn sent(&mut self, one: &Move, now: LogTime) -> Sent {
        if let Deed::Again(past, is_same) = one.deed
            && let Some(sent) = self.resolver.again(past, is_same, now, &self.shop)
        {
            return sent;
        }
        let command = self.resolver.command(&one.deed, &self.shop);
        let key = one.key.and_then(|key| scope(&command, key));
        let waits_until = |millis: i64| LogTime(self.shop.now.0.saturating_add_signed(millis));
        let not_after = one.patience.map_or(LogTime::NEVER, waits_until);
        Sent { now, rules: one.rules, command, key, not_after }
    }

    /// Sends a command to the model and to the engine, and compares all that can be seen.
    fn send(&mut self, sent: Sent, reloads: bool) -> Verdict {
        self.resolver.history.push(sent.clone());
        self.shop.pass(sent.now);
        self.tally.borrow_mut().note_before(&self.shop, &sent);
        let came = self.replicas.apply(std::slice::from_ref(&sent))?;
        if let Some(story) = &mut self.story {
            story.push(words::step(&sent, &came.outcomes[0], reloads));
        }
        self.tally.borrow_mut().note(&sent.command, &came.outcomes[0]);
        self.compare(&sent, &came)?;
        self.tally.borrow_mut().note_rules(std::mem::take(&mut self.shop.used));
        self.replicas.reload(reloads)
    }

    fn compare(&mut self, sent: &Sent, came: &Came) -> Verdict {
        let (expected, answer) = self.shop.send(sent);
        let is = &came.outcomes[0];
        equal("the outcomes", &expected, &compare::outcome(is, &expected))?;
        if let (Some(expected), Outcome::Done(done) | Outcome::Replayed(done)) = (&answer, is) {
            let given = self.replicas.first.answer(done);
            equal("the answers", expected, &compare::answer(&given))?;
            self.compare_with_first(sent, is, done)?;
        }
        self.seen.compare(&self.shop, &self.replicas.first, &came.events)
    }

    /// What is told again is what was told first, to the last bit.
    fn compare_with_first(&mut self, sent: &Sent, is: &Outcome, done: &Done) -> Verdict {
        let Some(scope) = &sent.key else { return Ok(()) };
        let known = self.firsts.iter().position(|(known, _)| known == scope);
        match (is, known) {
            (Outcome::Replayed(_), Some(known)) => {
                equal("what was done first and what is told again", &self.firsts[known].1, done)
            }
            (Outcome::Replayed(_), None) => Ok(()),
            (_, Some(known)) => {
                self.firsts[known].1 = done.clone();
                Ok(())
            }
            (_, None) => {
                self.firsts.push((scope.clone(), done.clone()));
                Ok(())
            }
        }
    }
}

/// What one buyer reserves before anything else happens.
fn reserve(id: u64, product: u8) -> Reserve {
    Reserve {
        reservation: names::reservation(id),
        order: names::order(id),
        product: names::product(product),
        buyer: names::buyer(0),
        quantity: 1,
        reference: None,
        purchase: false,
    }
}

fn plain(command: Command, rules: u16) -> Sent {
    Sent { now: START, rules, command, key: None, not_after: LogTime::NEVER }
}
