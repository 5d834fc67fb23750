//! A machine, whatever becomes of its processes.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use raft::disk::SimDisk;
use raft::log::Drive;
use raft::node::{Config, Ground};

use super::host::{Host, Pace};
use super::life::{Life, Lives};
use super::process::{Process, Stage};
use crate::bank::Bank;
use crate::check::Watch;
use crate::clock::Clock;
use crate::network::{Dialer, Network};
use crate::strike::Strike;

/// How a process comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// `kill -9`: the machine lives on, and what was written is there.
    Kill,
    /// The machine loses power: of what was not synced, the seed decides.
    Power(u64),
}

/// A machine.
pub(crate) struct Machine {
    pub(crate) node: u64,
    pub(crate) disk: SimDisk,
    pub(crate) pace: Rc<Pace>,
    config: Config,
    around: Around,
    process: Option<Process>,
    life: Arc<Life>,
    /// Until when it does not run, although it is up, and since which fault.
    asleep_until: u64,
    paused: Option<Strike>,
    slept: u64,
}

/// What all machines stand in.
#[derive(Clone)]
pub(crate) struct Around {
    pub(crate) clock: Clock,
    pub(crate) network: Network,
    pub(crate) lives: Lives,
    pub(crate) watch: Rc<RefCell<Watch>>,
    pub(crate) bank: Option<Rc<Bank>>,
}

impl Machine {
    pub(crate) fn new(config: Config, pace: Rc<Pace>, around: Around) -> Machine {
        let disk = SimDisk::new();
        let life = Life::new(disk.clone());
        life.end("it never began");
        disk.kill();
        let node = config.node;
        Machine {
            node,
            disk,
            pace,
            config,
            around,
            process: None,
            life,
            asleep_until: 0,
            paused: None,
            slept: 0,
        }
    }

    /// Starts the node, which does not run.
    pub(crate) fn start(&mut self) {
        assert!(self.process.is_none(), "node {} runs already", self.node);
        self.around.network.reset(self.node);
        self.life = Life::new(self.disk.clone());
        self.around.lives.begin(self.node, Arc::clone(&self.life));
        let Around { clock, network, lives, watch, bank } = self.around.clone();
        let dialer = Dialer::new(self.node, Arc::clone(&self.life), lives, network);
        let host = Rc::new(Host {
            node: self.node,
            clock,
            pace: Rc::clone(&self.pace),
            life: Arc::clone(&self.life),
            watch,
        });
        let disk = self.disk.process();
        disk.create_dir(Path::new("/")).expect("a disk that has power takes a directory");
        let ground = Ground {
            disk,
            drive: Drive::Later,
            on_fatal: Process::on_fatal(&self.life),
            transport: Arc::new(dialer.clone()),
            actors_apart: false,
        };
        self.around.watch.borrow_mut().began(self.node);
        self.process = Some(Process::start(host, ground, &dialer, self.config.clone(), bank));
    }

    /// Lets a millisecond pass.
    pub(crate) fn step(&mut self) {
        let Some(process) = &mut self.process else { return };
        if self.around.clock.now() < self.asleep_until {
            self.slept += 1;
            self.paused.iter().for_each(Strike::lands);
            return;
        }
        if self.slept > 0 {
            process.wake_after(std::mem::take(&mut self.slept));
        }
        process.step();
    }

    /// It does not run until then.
    pub(crate) fn pause(&mut self, until: u64, strike: Strike) {
        (self.asleep_until, self.paused) = (until, Some(strike));
    }

    /// It runs.
    pub(crate) fn wake(&mut self) {
        (self.asleep_until, self.paused) = (0, None);
    }

    /// The process, if there is one.
    pub(crate) fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// The life of the process that is, or was.
    pub(crate) fn life(&self) -> &Arc<Life> {
        &self.life
    }

    /// Whether a process runs whose life is not over.
    pub(crate) fn is_up(&self) -> bool {
        self.process.is_some() && self.life.is_alive()
    }

    /// Whether the node answers.
    pub(crate) fn serves(&self) -> bool {
        self.is_up() && self.process.as_ref().is_some_and(|process| matches!(process.stage(), Stage::Up(_)))
    }

    /// Whether a life is over whose remains are still there.
    pub(crate) fn has_fallen(&self) -> bool {
        self.process.is_some() && !self.life.is_alive()
    }

    /// Why the process cannot go on, if it could not start; or that it has stopped.
    pub(crate) fn stage(&self) -> Option<Stage> {
        self.process.as_ref().map(Process::stage)
    }

    /// Ends the process, if there is one. Whether one ran.
    pub(crate) fn end(&mut self, how: End) -> bool {
        let ran = self.is_up();
        self.life.end("it was ended");
        if let Some(process) = self.process.take() {
            process.end();
        }
        self.wake();
        self.slept = 0;
        self.around.network.deafen(self.node);
        match how {
            End::Kill => {
                self.disk.kill();
                self.around.network.abandon(self.node);
            }
            // The others hear nothing: their connections are silent, until it is back and knows nothing of them.
            End::Power(seed) => self.disk.crash(seed),
        }
        ran
    }
}
