//! The driver: finds units for an attempt whose lane has run dry, or that there are none.

use super::collect::{self, Verdict};
use crate::vocabulary::command::Command;
use crate::vocabulary::lane::{LaneView, Transfer};
use crate::vocabulary::outcome::Outcome;
use crate::vocabulary::text::ProductId;

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Read this lane, linearizably, and tell: [`Seeker::read`].
    Read(u16),
    /// Propose this at this lane, as often as it takes until its outcome is known, and tell: [`Seeker::done`].
    Propose(u16, Command),
    /// There is room at home now, or was: attempt again.
    Room,
    /// Refuse: there was a moment since the seeker began when fewer units were available over all lanes than are wanted.
    /// It is true for all who wanted at least as much when it began.
    SoldOut {
        /// At most as many were available.
        available: u64,
        /// Whether any can come back.
        may_return: bool,
    },
}

/// Looks for units for those who wait at one lane. One serves all who want as much, or more.
///
/// Any number of seekers do no harm to each other's answers, but two of different lanes could take the same units from
/// each other again and again: let one at a time look for a product, say where its lane 0 is led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeker {
    product: ProductId,
    home: u16,
    lanes: u16,
    quantity: u32,
    phase: Phase,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// Reads all lanes, after it had read them before or not.
    Collect { before: Option<Vec<LaneView>>, read: Vec<LaneView> },
    /// Sees a transfer to its end.
    Move(Transfer, Step),
    /// Knows.
    Over(Verdict),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Send,
    Receive,
    Settle,
}

impl Seeker {
    /// Looks for `quantity` units of a product for its lane `home`, of `lanes`.
    ///
    /// # Panics
    /// If the buyer's home is not one of the product's lanes.
    pub fn new(product: ProductId, lanes: u16, home: u16, quantity: u32) -> Seeker {
        assert!(home < lanes, "lane {home} is none of {lanes}");
        Seeker { product, home, lanes, quantity, phase: Phase::anew(None) }
    }

    /// What is to be done next. Nothing changes by asking.
    pub fn next(&self) -> Next {
        match &self.phase {
            Phase::Collect { read, .. } => Next::Read(u16::try_from(read.len()).unwrap_or(u16::MAX)),
            Phase::Move(transfer, step) => {
                let transfer = transfer.clone();
                match step {
                    Step::Send => Next::Propose(transfer.from, Command::SendUnits(transfer)),
                    Step::Receive => Next::Propose(transfer.to, Command::ReceiveUnits(transfer)),
                    Step::Settle => Next::Propose(transfer.from, Command::SettleUnits(transfer)),
                }
            }
            Phase::Over(Verdict::SoldOut { available, may_return }) => {
                Next::SoldOut { available: *available, may_return: *may_return }
            }
            Phase::Over(_) => Next::Room,
        }
    }

    /// A lane was read as [`Seeker::next`] asked. Ignored if it did not ask.
    pub fn read(&mut self, view: LaneView) {
        if self.next() != Next::Read(view.lane) {
            return;
        }
        let Phase::Collect { read, before } = &mut self.phase else { return };
        read.push(view);
        if read.len() == usize::from(self.lanes) {
            let (before, read) = (before.take(), std::mem::take(read));
            self.phase = self.decide(before, read);
        }
    }

    /// What was proposed as [`Seeker::next`] asked came to this. Ignored if it did not ask.
    pub fn done(&mut self, outcome: &Outcome) {
        let Phase::Move(transfer, step) = &self.phase else { return };
        let is_done = matches!(outcome, Outcome::Done(_) | Outcome::Replayed(_));
        self.phase = match step {
            Step::Send if is_done => Phase::Move(transfer.clone(), Step::Receive),
            Step::Receive if is_done => Phase::Move(transfer.clone(), Step::Settle),
            // Others took the units, or sent the same transfer before: all is looked at anew.
            _ => Phase::anew(None),
        };
    }

    fn decide(&self, before: Option<Vec<LaneView>>, read: Vec<LaneView>) -> Phase {
        let at_home = read[usize::from(self.home)].stock.available;
        let need = u64::from(self.quantity).saturating_sub(at_home);
        if need == 0 {
            return Phase::Over(Verdict::Enough);
        }
        if collect::available(&read) >= u64::from(self.quantity) {
            return self.bring(need, &read);
        }
        match before.map(|before| collect::judge(&before, &read, self.quantity)) {
            Some(verdict @ Verdict::SoldOut { .. }) => Phase::Over(verdict),
            // Of the next pair of collects this is the first.
            _ => Phase::anew(Some(read)),
        }
    }

    /// There is enough, elsewhere or on its way. What is on its way arrives first, wherever it goes; otherwise the richest
    /// lane gives what is needed, or half of what it has, so that those who come next find it here.
    fn bring(&self, need: u64, read: &[LaneView]) -> Phase {
        let under_way = read.iter().flat_map(|from| (0..).zip(&from.neighbours).map(move |way| (from, way)));
        let first = under_way.filter(|(_, (_, neighbour))| neighbour.on_the_way > 0);
        // Towards home first: nothing new can be sent on a way that is taken.
        if let Some((from, (to, neighbour))) = first.min_by_key(|(_, (to, _))| *to != self.home) {
            let (number, units) = (neighbour.sent, neighbour.on_the_way);
            return Phase::Move(self.transfer(from.lane, to, number, units), Step::Receive);
        }
        let others = read.iter().filter(|lane| lane.lane != self.home);
        match others.max_by_key(|lane| lane.stock.available).filter(|lane| lane.stock.available > 0) {
            Some(giver) => {
                let units = need.max(giver.stock.available / 2).min(giver.stock.available);
                let number = giver.neighbours[usize::from(self.home)].sent + 1;
                Phase::Move(self.transfer(giver.lane, self.home, number, units), Step::Send)
            }
            None => Phase::anew(None),
        }
    }

    fn transfer(&self, from: u16, to: u16, number: u64, units: u64) -> Transfer {
        Transfer { product: self.product.clone(), from, to, number, units }
    }
}

impl Phase {
    fn anew(before: Option<Vec<LaneView>>) -> Phase {
        Phase::Collect { before, read: Vec::new() }
    }
}
