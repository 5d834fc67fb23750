//! The bank's counter: requests come in, answers go out, each a little later; or nothing does.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response};
use payment::client::Reason;
use tokio::sync::oneshot;

use crate::chance::Chance;
use crate::strike::Strike;
use crate::transit::Transit;

/// What whoever asked gets to hear.
pub(super) type Heard = Result<Response<Bytes>, Reason>;
/// Whoever asked.
pub(super) type Asker = oneshot::Sender<Heard>;

/// What the way to the bank is like.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    /// Nobody reaches it.
    pub(crate) away: bool,
    /// So many requests, and so many answers, of a hundred are lost.
    pub(crate) lost_percent: u64,
    /// How long either takes, in milliseconds, from and to.
    pub(crate) under_way: (u64, u64),
    /// The fault by which it is so.
    pub(crate) fault: Option<Strike>,
}

impl Weather {
    /// When all is well.
    pub(crate) const FAIR: Weather =
        Weather { away: false, lost_percent: 0, under_way: (5, 60), fault: None };

    fn strikes(&self) {
        self.fault.iter().for_each(Strike::lands);
    }
}

/// The counter. Clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Counter(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    now: u64,
    chance: Chance,
    weather: Weather,
    requests: Transit<(Request<Bytes>, Asker)>,
    answers: Transit<(Heard, Asker)>,
}

impl State {
    fn arrival(&self) -> u64 {
        let under_way = self.chance.within(self.weather.under_way.0..=self.weather.under_way.1);
        if under_way > Weather::FAIR.under_way.1 {
            self.weather.strikes();
        }
        self.now + under_way
    }

    fn loses(&self) -> bool {
        let is_lost = self.chance.percent(self.weather.lost_percent);
        if is_lost {
            self.weather.strikes();
        }
        is_lost
    }

    fn answer(&mut self, heard: Heard, asker: Asker) {
        let arrives = self.arrival();
        self.answers.send(arrives, (heard, asker));
    }
}

impl Counter {
    pub(super) fn new(chance: Chance) -> Counter {
        let state = State {
            now: 0,
            chance,
            weather: Weather::FAIR,
            requests: Transit::default(),
            answers: Transit::default(),
        };
        Counter(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on the way is like this.
    pub(crate) fn change(&self, weather: Weather) {
        self.state().weather = weather;
    }

    /// Somebody asks.
    pub(super) fn ask(&self, request: Request<Bytes>, asker: Asker) {
        let mut state = self.state();
        if state.weather.away {
            state.weather.strikes();
            return state.answer(Err(Reason::Unreachable), asker);
        }
        if state.loses() {
            return state.answer(Err(Reason::Reset), asker);
        }
        let arrives = state.arrival();
        state.requests.send(arrives, (request, asker));
    }

    /// The bank has answered; it resets the connection with `None`.
    pub(super) fn answered(&self, answer: Option<Response<Bytes>>, asker: Asker) {
        let mut state = self.state();
        let is_lost = state.loses();
        state.answer(answer.filter(|_| !is_lost).ok_or(Reason::Reset), asker);
    }

    /// It is `now`: what has come in.
    pub(super) fn come_in(&self, now: u64) -> Vec<(Request<Bytes>, Asker)> {
        let mut state = self.state();
        state.now = now;
        state.requests.arrived(now)
    }

    /// Brings answers to those who asked.
    pub(super) fn go_out(&self) {
        let mut state = self.state();
        let now = state.now;
        for (heard, asker) in state.answers.arrived(now) {
            // Whoever asked may have given up.
            drop(asker.send(heard));
        }
    }
}
