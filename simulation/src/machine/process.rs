//! A process: a node in a runtime of its own, which only moves when the world moves it.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cashier::Cashier;
use raft::log::OnFatal;
use raft::node::{Config, Ground, Node};
use raft::shard::gate::{Open, SharedGate};

use super::host::Host;
use super::life::Life;
use crate::bank::Bank;
use crate::clockwork::Clockwork;
use crate::network::Dialer;

/// A process.
pub(crate) struct Process {
    runtime: Clockwork,
    host: Rc<Host>,
    node: Rc<RefCell<Stage>>,
    cashier: Rc<RefCell<Option<Cashier>>>,
    jobs: Rc<Cell<usize>>,
}

/// How far the node is.
#[derive(Clone)]
pub(crate) enum Stage {
    Starting,
    Up(Arc<Node>),
    /// It did not start, and says why.
    Failed(String),
    Leaving,
    /// It has stopped in order.
    Stopped,
}

impl Process {
    /// Starts a node. `ground` is what it stands on but for what belongs to the process; with a bank it works for that.
    pub(crate) fn start(
        host: Rc<Host>,
        ground: Ground,
        dialer: &Dialer,
        config: Config,
        bank: Option<Rc<Bank>>,
    ) -> Process {
        let (runtime, node) = (Clockwork::new(), Rc::new(RefCell::new(Stage::Starting)));
        let (listening, stage) = (dialer.listen(), Rc::clone(&node));
        let cashier = Rc::<RefCell<Option<Cashier>>>::default();
        let (life, employed) = (Arc::clone(&host.life), Rc::clone(&cashier));
        let _entered = raft::simulation::enter(host.clone());
        runtime.spawn(async move {
            let till = bank.map(|bank| bank.till(&life));
            let gate = till.as_ref().map_or_else(|| Arc::new(Open) as SharedGate, |till| till.gate());
            match Node::start_on(ground, config, listening, gate).await {
                Ok((started, mut facts)) => {
                    let started = Arc::new(started);
                    *employed.borrow_mut() = till.map(|till| Cashier::employ(till, &started));
                    *stage.borrow_mut() = Stage::Up(started);
                    // Nobody listens here, but what is told must not pile up.
                    while facts.recv().await.is_some() {}
                }
                Err(error) => *stage.borrow_mut() = Stage::Failed(error.to_string()),
            }
        });
        Process { runtime, host, node, cashier, jobs: Rc::default() }
    }

    /// What `log` does when it cannot go on: this process ends.
    pub(crate) fn on_fatal(life: &Arc<Life>) -> OnFatal {
        let life = Arc::clone(life);
        OnFatal::call(move |error| life.end(&format!("the log cannot go on: {error}")))
    }

    /// Lets a millisecond pass.
    pub(crate) fn step(&mut self) {
        let _entered = raft::simulation::enter(self.host.clone());
        self.runtime.step();
    }

    /// It was not run for so many milliseconds: all that was due meanwhile is late.
    pub(crate) fn wake_after(&mut self, millis: u64) {
        let _entered = raft::simulation::enter(self.host.clone());
        self.runtime.wake_after(millis);
    }

    pub(crate) fn stage(&self) -> Stage {
        self.node.borrow().clone()
    }

    /// Does something with the node, if it is up; whether it is.
    pub(crate) fn run<F: Future<Output = ()> + 'static>(&self, job: impl FnOnce(Arc<Node>) -> F) -> bool {
        let Stage::Up(node) = self.stage() else { return false };
        let (jobs, job) = (Rc::clone(&self.jobs), job(node));
        jobs.set(jobs.get() + 1);
        self.runtime.spawn(async move {
            job.await;
            jobs.set(jobs.get() - 1);
        });
        true
    }

    /// Begins a stop in order, if it is up: hands over, waits for what is under way, stops. Whether it does.
    pub(crate) fn leave(&self) -> bool {
        let Stage::Up(node) = self.stage() else { return false };
        self.node.replace(Stage::Leaving);
        let (jobs, stage) = (Rc::clone(&self.jobs), Rc::clone(&self.node));
        let cashier = self.cashier.take();
        self.runtime.spawn(async move {
            node.hand_over().await;
            let mut looks = tokio::time::interval(Duration::from_millis(5));
            while jobs.get() > 0 {
                looks.tick().await;
            }
            if let Some(cashier) = cashier {
                cashier.dismiss().await;
            }
            let node = Arc::into_inner(node).expect("no job has it any more");
            node.stop().await;
            *stage.borrow_mut() = Stage::Stopped;
        });
        true
    }

    /// What is left of it is taken down. Nothing of that gets anywhere: its life is over.
    pub(crate) fn end(self) {
        let Process { runtime, host, node, cashier, .. } = self;
        let _entered = raft::simulation::enter(host);
        runtime.end();
        drop((node, cashier));
    }
}
