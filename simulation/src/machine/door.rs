//! The way from buyers to nodes: asks go in, what is said comes out, each a little later; or nothing does.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use engine::{Settled, ShardId, Unsettled};
use raft::shard::request::Ask;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::standing::Machine;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::transit::Transit;

/// What a buyer hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// A definite answer.
    Settled(Settled),
    /// The node says that it cannot tell, or that nothing happened.
    Unsettled(Unsettled),
    /// There is nobody: nothing happened.
    Refused,
    /// The connection broke, or no answer came: nobody knows.
    Lost,
}

/// An ask on its way in.
struct Letter {
    node: u64,
    shard: ShardId,
    ask: Ask,
    patience: Duration,
    reply: oneshot::Sender<Said>,
    /// Called when the node takes it in.
    reached: Box<dyn FnOnce()>,
}

/// An answer on its way out.
struct Answer {
    said: Said,
    reply: oneshot::Sender<Said>,
}

/// What is on its way, either way.
pub(crate) struct Mail {
    clock: Clock,
    chance: Chance,
    letters: RefCell<Transit<Letter>>,
    answers: RefCell<Transit<Answer>>,
}

/// How long a letter or an answer takes, in milliseconds.
const UNDER_WAY: (u64, u64) = (1, 8);

impl Mail {
    pub(crate) fn new(clock: Clock, chance: Chance) -> Rc<Mail> {
        Rc::new(Mail { clock, chance, letters: RefCell::default(), answers: RefCell::default() })
    }

    fn arrival(&self) -> u64 {
        self.clock.now() + self.chance.within(UNDER_WAY.0..=UNDER_WAY.1)
    }

    fn answer(&self, said: Said, reply: oneshot::Sender<Said>) {
        self.answers.borrow_mut().send(self.arrival(), Answer { said, reply });
    }

    /// Brings what is due to where it goes.
    pub(crate) fn deliver(self: &Rc<Mail>, machines: &[&Machine]) {
        let now = self.clock.now();
        let due = self.letters.borrow_mut().arrived(now);
        for letter in due {
            let machine = machines.iter().find(|machine| machine.node == letter.node);
            match machine.filter(|machine| machine.serves()) {
                Some(machine) => self.hand_in(machine, letter),
                None => self.answer(Said::Refused, letter.reply),
            }
        }
        let due = self.answers.borrow_mut().arrived(now);
        for Answer { said, reply } in due {
            // Whoever asked may have given up.
            drop(reply.send(said));
        }
    }

    fn hand_in(self: &Rc<Mail>, machine: &Machine, letter: Letter) {
        let (mail, life) = (Rc::clone(self), std::sync::Arc::clone(machine.life()));
        let Letter { shard, ask, patience, reply, reached, .. } = letter;
        let Some(process) = machine.process() else { return };
        process.run(move |node| async move {
            reached();
            let answer = node.ask(shard, ask, Instant::now() + patience).await;
            // A process that ended says nothing; whoever waits hears that the connection broke.
            if life.acts() {
                mail.answer(answer.map_or_else(Said::Unsettled, Said::Settled), reply);
            }
        });
    }
}

/// A buyer's way in.
#[derive(Clone)]
pub(crate) struct Door(pub(crate) Rc<Mail>);

impl Door {
    /// Asks a node, which has so long to find out. `reached` is called when it takes the ask in: a node that does not run just
    /// then does so later.
    pub(crate) async fn ask(
        &self,
        node: u64,
        shard: ShardId,
        ask: Ask,
        patience: Duration,
        reached: impl FnOnce() + 'static,
    ) -> Said {
        let (reply, said) = oneshot::channel();
        let letter = Letter { node, shard, ask, patience, reply, reached: Box::new(reached) };
        self.0.letters.borrow_mut().send(self.0.arrival(), letter);
        match timeout(patience + Duration::from_secs(1), said).await {
            Ok(Ok(said)) => said,
            Ok(Err(_)) | Err(_) => Said::Lost,
        }
    }
}
