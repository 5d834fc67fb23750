//! A small world: the lanes of one product, each on a shard of its own, and a few buyers, some of whom look for units
//! elsewhere. A move is one step of one of them; the explorer tries all moves in all orders.

use std::rc::Rc;

use engine::command::{Cancel, Found, PutLane, PutProduct, Reserve};
use engine::lane::LaneView;
use engine::lanes::{Next, Seeker, available, conserved};
use engine::{
    Batch, Command, Description, LogTime, OrderId, Outcome, PaymentMode, ProductId, Proposal, RULES, Refusal,
    ReservationId, Shard, ShardId, Span,
};

const NOW: LogTime = LogTime(1_795_737_600_000);
const PRODUCT: &str = "shoe";

/// How many lanes and units there are, who comes, and what may go wrong.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) stock: u64,
    pub(crate) lanes: u16,
    pub(crate) buyers: Vec<Plan>,
    /// How often an answer to a proposal is lost, in all.
    pub(crate) losses: u8,
    /// How often whoever looks for units dies, and another begins anew.
    pub(crate) deaths: u8,
    /// How many transfers are looked into on one way: those who look at the same time can take units from each other
    /// without end.
    pub(crate) transfers: u64,
}

/// What a buyer wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) home: u16,
    pub(crate) quantity: u32,
    /// Whether the hold is given back.
    pub(crate) cancels: bool,
}

/// Where a buyer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    Comes,
    /// Their lane was dry. The least that was available over all lanes at any moment since.
    Seeks {
        seeker: Seeker,
        least: u64,
    },
    Holds,
    Gone,
    Refused,
}

/// One step of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// The buyer of this number does what is next.
    Goes(usize),
    /// The same, but the answer to the proposal is lost.
    Unheard(usize),
    /// Whoever looks for this buyer's units dies.
    Dies(usize),
}

/// A moment of the world.
#[derive(Clone)]
pub(crate) struct World {
    setting: Rc<Setting>,
    /// What was applied at each lane, from the beginning.
    logs: Vec<Rc<Vec<Command>>>,
    /// What follows from it: one view of each lane, of this moment, and the state hashes.
    views: Vec<LaneView>,
    hashes: Vec<u64>,
    buyers: Vec<Stand>,
    losses: u8,
    deaths: u8,
}

impl World {
    pub(crate) fn new(setting: Setting) -> World {
        let setting = Rc::new(setting);
        let mut world = World {
            logs: (0..setting.lanes).map(|_| Rc::default()).collect(),
            views: Vec::new(),
            hashes: Vec::new(),
            buyers: vec![Stand::Comes; setting.buyers.len()],
            losses: setting.losses,
            deaths: setting.deaths,
            setting,
        };
        for lane in 0..world.setting.lanes {
            let description = description(&world.setting);
            let put = PutProduct { product: product(), description, if_revision: None };
            let log = vec![
                Command::Found(Found { secret: [7; 16] }),
                Command::PutLane(Box::new(PutLane { put, lane })),
            ];
            let (shard, outcomes) = replay(lane, &log);
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done(_))), "{outcomes:?}");
            world.views.push(view(&shard));
            world.hashes.push(shard.hash());
            world.logs[usize::from(lane)] = Rc::new(log);
        }
        world
    }

    /// What tells this moment from others.
    pub(crate) fn key(&self) -> String {
        format!("{:?} {:?} {} {}", self.hashes, self.buyers, self.losses, self.deaths)
    }

    pub(crate) fn moves(&self) -> Vec<Move> {
        let mut moves = Vec::new();
        for (number, buyer) in self.buyers.iter().enumerate() {
            match buyer {
                Stand::Comes => moves.push(Move::Goes(number)),
                Stand::Holds if self.setting.buyers[number].cancels => moves.push(Move::Goes(number)),
                Stand::Holds | Stand::Gone | Stand::Refused => {}
                Stand::Seeks { seeker, .. } => {
                    let sends = matches!(seeker.next(), Next::Propose(_, Command::SendUnits(_)));
                    if sends && self.transfers() >= self.setting.transfers {
                        continue;
                    }
                    moves.push(Move::Goes(number));
                    if self.losses > 0 && matches!(seeker.next(), Next::Propose(..)) {
                        moves.push(Move::Unheard(number));
                    }
                    if self.deaths > 0 {
                        moves.push(Move::Dies(number));
                    }
                }
            }
        }
        moves
    }

    /// Makes a move, and checks what must hold at every moment.
    ///
    /// # Errors
    /// What does not hold.
    pub(crate) fn go(&mut self, one: Move) -> Result<(), String> {
        match one {
            Move::Goes(number) => self.step(number, true)?,
            Move::Unheard(number) => {
                self.losses -= 1;
                self.step(number, false)?;
            }
            Move::Dies(number) => {
                self.deaths -= 1;
                if let Stand::Seeks { least, .. } = self.buyers[number] {
                    self.buyers[number] = Stand::Seeks { seeker: self.seeker(number), least };
                }
            }
        }
        let now = available(&self.views);
        for buyer in &mut self.buyers {
            if let Stand::Seeks { least, .. } = buyer {
                *least = now.min(*least);
            }
        }
        self.check()
    }

    /// Whether everybody has come to an end.
    pub(crate) fn is_over(&self) -> bool {
        self.buyers.iter().all(|buyer| matches!(buyer, Stand::Holds | Stand::Gone | Stand::Refused))
    }

    pub(crate) fn outcome(&self) -> (usize, usize) {
        let count = |stand: Stand| self.buyers.iter().filter(|buyer| **buyer == stand).count();
        (count(Stand::Holds) + count(Stand::Gone), count(Stand::Refused))
    }

    /// Whether nobody moves on only because enough transfers were looked into.
    pub(crate) fn is_cut(&self) -> bool {
        self.transfers() >= self.setting.transfers
    }

    /// How many transfers were sent.
    pub(crate) fn transfers(&self) -> u64 {
        self.views.iter().flat_map(|view| &view.neighbours).map(|neighbour| neighbour.sent).sum()
    }

    fn step(&mut self, number: usize, is_heard: bool) -> Result<(), String> {
        let plan = self.setting.buyers[number];
        match self.buyers[number].clone() {
            Stand::Comes => self.attempt(number, plan),
            Stand::Holds => {
                let reservation = reservation(number);
                self.apply(plan.home, Command::Cancel(Cancel { reservation, buyer: None }));
                self.buyers[number] = Stand::Gone;
            }
            Stand::Gone | Stand::Refused => {}
            Stand::Seeks { mut seeker, least } => match seeker.next() {
                Next::Read(lane) => {
                    seeker.read(self.views[usize::from(lane)].clone());
                    self.buyers[number] = Stand::Seeks { seeker, least };
                }
                Next::Propose(lane, command) => {
                    let outcome = self.apply(lane, command);
                    if is_heard {
                        seeker.done(&outcome);
                    }
                    self.buyers[number] = Stand::Seeks { seeker, least };
                }
                Next::Room => self.attempt(number, plan),
                Next::SoldOut { available, .. } => {
                    if least >= u64::from(plan.quantity) {
                        return Err(format!(
                            "buyer {number} is told that {available} are available: at least {least} always were"
                        ));
                    }
                    self.buyers[number] = Stand::Refused;
                }
            },
        }
        Ok(())
    }

    fn attempt(&mut self, number: usize, plan: Plan) {
        let reserve = Reserve {
            reservation: reservation(number),
            order: OrderId([0; 16]),
            product: product(),
            buyer: format!("buyer-{number}").parse().expect("an id"),
            quantity: plan.quantity,
            reference: None,
            purchase: false,
        };
        self.buyers[number] = match self.apply(plan.home, Command::Reserve(reserve)) {
            Outcome::Done(_) => Stand::Holds,
            Outcome::Refused(Refusal::SoldOut { .. }) => {
                // The attempt was under way just now, so this moment counts.
                let least = available(&self.views);
                Stand::Seeks { seeker: self.seeker(number), least }
            }
            other => panic!("an attempt is granted or finds its lane dry: {other:?}"),
        };
    }

    fn seeker(&self, number: usize) -> Seeker {
        let Plan { home, quantity, .. } = self.setting.buyers[number];
        Seeker::new(product(), self.setting.lanes, home, quantity)
    }

    fn apply(&mut self, lane: u16, command: Command) -> Outcome {
        let at = usize::from(lane);
        Rc::make_mut(&mut self.logs[at]).push(command);
        let (shard, outcomes) = replay(lane, &self.logs[at]);
        (self.views[at], self.hashes[at]) = (view(&shard), shard.hash());
        let outcome = outcomes.into_iter().next_back().expect("one for each command");
        if matches!(outcome, Outcome::Refused(_)) {
            // Nothing happened, so nothing needs to be remembered.
            Rc::make_mut(&mut self.logs[at]).pop();
        }
        outcome
    }

    /// Units are conserved over the lanes, and never sold twice.
    fn check(&self) -> Result<(), String> {
        let (all, stock) = (conserved(&self.views), self.setting.stock);
        if all != stock {
            return Err(format!("{all} units of {stock}: {:#?}", self.views));
        }
        let holding = self.buyers.iter().zip(&self.setting.buyers);
        let held: u64 = holding
            .filter(|(buyer, _)| **buyer == Stand::Holds)
            .map(|(_, plan)| u64::from(plan.quantity))
            .sum();
        let by_lanes: u64 = self.views.iter().map(|view| view.stock.held).sum();
        if held != by_lanes || held > stock {
            return Err(format!("{held} units are held of {stock}, by the lanes {by_lanes}"));
        }
        Ok(())
    }
}

fn description(setting: &Setting) -> Description {
    Description {
        name: "Shoe".parse().expect("a name"),
        price: engine::Money { amount: 100, currency: "usd".parse().expect("a currency") },
        stock: setting.stock,
        max_per_buyer: 100,
        max_per_buyer_in_group: None,
        hold: Span::from_secs(600),
        opens_at: LogTime(0),
        closes_at: None,
        payment: PaymentMode::External,
        lanes: setting.lanes,
    }
}

fn product() -> ProductId {
    PRODUCT.parse().expect("an id")
}

fn reservation(number: usize) -> ReservationId {
    ReservationId::new(ShardId(0), NOW.0, number as u64 + 1)
}

fn view(shard: &Shard) -> LaneView {
    shard.lane(&product()).expect("it is put")
}

fn replay(lane: u16, log: &[Command]) -> (Shard, Vec<Outcome>) {
    let mut shard = Shard::new(ShardId(lane));
    let (mut outcomes, mut events) = (Vec::new(), Vec::new());
    for command in log {
        let proposals = vec![Proposal::of(command.clone())];
        shard.apply(&Batch { now: NOW, rules: RULES, proposals }, &mut outcomes, &mut events);
    }
    (shard, outcomes)
}
