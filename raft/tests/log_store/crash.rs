//! By seed: random calls, a crash at a random moment that loses and tears what was not synced, and a look at what is left.
//!
//! The model keeps what each shard was after every step. What is found after a crash must be one of those, no older
//! than what was last acknowledged: so nothing acknowledged is lost, votes never go back, and nothing old comes up.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use openraft::storage::{RaftLogReader, RaftLogStorage};
use raft::disk::SimDisk;
use raft::log::{Drive, Log, Options, ShardLog};
use raft::types::{Entry, LogId, Vote};

use crate::support::*;

const SHARDS: u16 = 3;
const FIRST: &str = "00000000000000000001.log";

#[derive(Clone, Default, PartialEq)]
struct Model {
    vote: Option<Vote>,
    committed: Option<LogId>,
    purged: Option<LogId>,
    entries: Vec<Entry>,
}

impl Model {
    fn last(&self) -> Option<LogId> {
        self.entries.last().map(|entry| entry.log_id).or(self.purged)
    }

    fn next(&self) -> u64 {
        self.last().map_or(0, |last| last.index + 1)
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Model { vote, committed, purged, entries } = self;
        let [committed, purged] = [committed, purged].map(|id| id.map(|id| id.to_string()));
        let entries: Vec<_> = entries.iter().map(|entry| entry.log_id.to_string()).collect();
        let vote = vote.map(|vote| vote.leader_id.term);
        write!(f, "vote {vote:?}, committed {committed:?}, purged {purged:?}, {}", entries.join(" "))
    }
}

/// What a shard was after each step, of which those before `acknowledged` can no longer come back.
#[derive(Default)]
struct History {
    states: Vec<Model>,
    acknowledged: usize,
    /// Saved, but not in the stream yet.
    committed: Option<LogId>,
}

impl History {
    fn now(&self) -> Model {
        self.states.last().cloned().unwrap_or_default()
    }

    /// One more step; the last known commit rides along.
    fn step(&mut self, change: impl FnOnce(&mut Model)) {
        let mut state = self.now();
        if self.states.is_empty() {
            self.states.push(state.clone());
        }
        if state.committed != self.committed {
            state.committed = self.committed;
            self.states.push(state.clone());
        }
        change(&mut state);
        self.states.push(state);
    }

    fn acknowledge(&mut self) {
        self.acknowledged = self.states.len() - 1;
    }

    /// Takes what was found as what is, if it may be.
    fn accept(&mut self, found: Model) -> Result<(), String> {
        if self.states.is_empty() {
            self.states.push(Model::default());
        }
        if !self.states[self.acknowledged..].contains(&found) {
            let expected: String =
                self.states[self.acknowledged..].iter().map(|state| format!("\n{state}")).collect();
            return Err(format!("found\n{found}\nwhich is no state since the acknowledged{expected}"));
        }
        *self = History { committed: found.committed, states: vec![found], acknowledged: 0 };
        Ok(())
    }
}

struct Run {
    disk: SimDisk,
    drive: Drive,
    dice: Dice,
    term: u64,
    shards: BTreeMap<u16, History>,
    fatal: Fatal,
    happened: Happened,
}

/// How often it came to what the runs are about: a run without is no test.
#[derive(Debug, Default)]
struct Happened {
    failures: usize,
    power_cuts: usize,
    entries_again: u64,
    entries_reread: u64,
    segments_freed: usize,
}

impl Run {
    fn new(seed: u64, drive: Drive) -> Run {
        let (fatal, happened) = (Fatal::default(), Happened::default());
        Run {
            disk: SimDisk::new(),
            drive,
            dice: Dice(seed),
            term: 1,
            shards: BTreeMap::new(),
            fatal,
            happened,
        }
    }

    fn options(&self) -> Options {
        let (cache_bytes, frame_bytes_max) = (5000, 12 << 10);
        Options { cache_bytes, frame_bytes_max, on_fatal: self.fatal.hook(), ..options(self.drive) }
    }

    fn count(&mut self, log: &Log) {
        let stats = log.stats();
        self.happened.power_cuts += usize::from(self.disk.power_is_off());
        self.happened.entries_again += stats.entries_again;
        self.happened.entries_reread += stats.entries_reread;
        self.happened.failures = self.fatal.messages().len();
        let first = segments(&self.disk).first().cloned();
        self.happened.segments_freed += usize::from(first.is_some_and(|first| !first.ends_with(FIRST)));
    }

    /// Opens the log, perhaps after crashes in the middle of opening, and compares.
    async fn open(&mut self) -> Result<Log, String> {
        while self.dice.roll(4) == 0 {
            self.disk.cut_power_after(self.dice.roll(12));
            drop(open_with(&self.disk, self.options()));
            self.disk.crash(self.dice.roll(u64::MAX));
        }
        let log = open_with(&self.disk, self.options()).map_err(|error| error.to_string())?;
        for number in 0..SHARDS {
            let found = look(&mut shard(&log, number)).await.map_err(|error| error.to_string())?;
            let accepted = self.shards.entry(number).or_default().accept(found);
            accepted.map_err(|what| format!("shard {number}: {what}"))?;
        }
        Ok(log)
    }

    /// Random calls until the log fails or enough is done.
    async fn work(&mut self, log: &Log) {
        let calls = 5 + self.dice.roll(60);
        for _ in 0..calls {
            let number = u16::try_from(self.dice.roll(u64::from(SHARDS))).unwrap();
            if self.call(number, &mut shard(log, number)).await.is_err() {
                return;
            }
        }
    }

    async fn call(&mut self, number: u16, log: &mut ShardLog) -> io::Result<()> {
        let history = self.shards.entry(number).or_default();
        let state = history.now();
        match self.dice.roll(12) {
            0 => {
                self.term += 1;
                let vote = vote(self.term);
                history.step(|model| model.vote = Some(vote));
                log.save_vote(&vote).await?;
                history.acknowledge();
            }
            1 | 2 => {
                history.committed = state.last();
                log.save_committed(state.last()).await?;
            }
            3 if !state.entries.is_empty() => {
                let at = usize::try_from(self.dice.roll(state.entries.len() as u64)).unwrap();
                let upto = state.entries[at].log_id;
                history.step(|model| {
                    model.purged = Some(upto);
                    model.entries.drain(..=at);
                });
                log.purge(upto).await?;
            }
            4 if !state.entries.is_empty() => {
                let kept = usize::try_from(self.dice.roll(state.entries.len() as u64)).unwrap();
                let after = state.entries.get(kept).map(|entry| entry.log_id);
                history.step(|model| model.entries.truncate(kept + 1));
                self.term += 1;
                log.truncate_after(after).await?;
            }
            5 => {
                history.step(|model| model.entries.clear());
                self.term += 1;
                log.truncate_after(None).await?;
            }
            _ => self.append(number, log).await?,
        }
        Ok(())
    }

    async fn append(&mut self, number: u16, log: &mut ShardLog) -> io::Result<()> {
        let history = self.shards.entry(number).or_default();
        let next = history.now().next();
        let count = 1 + self.dice.roll(6);
        let bytes = usize::try_from(self.dice.roll(4000)).unwrap();
        let new = entries(self.term, next..next + count, bytes);
        for entry in &new {
            history.step(|model| model.entries.push(entry.clone()));
        }
        let waits = self.dice.roll(3) > 0;
        let synced = start_append(log, new).await?;
        if waits {
            synced.await.expect("every caller is told")?;
            history.acknowledge();
        }
        Ok(())
    }
}

async fn look(log: &mut ShardLog) -> io::Result<Model> {
    let purged = log.get_log_state().await?.last_purged_log_id;
    let entries = log.try_get_log_entries(..).await?;
    Ok(Model { vote: log.read_vote().await?, committed: log.read_committed().await?, purged, entries })
}

/// Some lives of one node, each ending in another kind of death.
async fn live(seed: u64, drive: Drive) -> Result<Happened, String> {
    let mut run = Run::new(seed, drive);
    for _ in 0..6 {
        let log = run.open().await?;
        match run.dice.roll(4) {
            0 => run.disk.cut_power_after(run.dice.roll(80)),
            1 => run.disk.fail_sync_after(run.dice.roll(40)),
            _ => {}
        }
        run.work(&log).await;
        run.count(&log);
        match run.dice.roll(3) {
            0 => {
                log.close().await;
                run.closed();
                run.restart();
            }
            1 => run.die_then_drop(log, SimDisk::kill),
            _ => {
                let seed = run.dice.roll(u64::MAX);
                run.die_then_drop(log, |disk| disk.crash(seed));
            }
        }
        // The next process may trust only what the device has, whatever the page cache shows.
        if run.dice.roll(2) == 0 {
            drop(run.open().await?);
            run.disk.crash(run.dice.roll(u64::MAX));
        }
    }
    run.open().await?;
    Ok(run.happened)
}

impl Run {
    fn die_then_drop(&self, log: Log, die: impl FnOnce(&SimDisk)) {
        die(&self.disk);
        drop(log);
    }

    /// The machine goes on, unless its power failed; what was ordered to fail is over.
    fn restart(&mut self) {
        if self.disk.power_is_off() {
            self.disk.crash(self.dice.roll(u64::MAX));
        } else {
            self.disk.kill();
        }
    }

    /// Closing writes the last commits as well; if the log had failed, it does not.
    fn closed(&mut self) {
        for history in self.shards.values_mut() {
            history.step(|_| {});
        }
    }
}

/// `LOG_CRASH_SEEDS=first..last` runs other seeds than the few that every build does.
fn seeds(usual: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let Ok(asked) = std::env::var("LOG_CRASH_SEEDS") else { return usual };
    let (first, last) = asked.split_once("..").expect("LOG_CRASH_SEEDS is first..last");
    first.parse().unwrap()..last.parse().unwrap()
}

async fn live_many(seeds: std::ops::Range<u64>, drive: Drive) {
    let mut all = Happened::default();
    for seed in seeds {
        let happened = live(seed, drive).await.unwrap_or_else(|what| panic!("seed {seed}: {what}"));
        all.failures += happened.failures;
        all.power_cuts += happened.power_cuts;
        all.entries_again += happened.entries_again;
        all.entries_reread += happened.entries_reread;
        all.segments_freed += happened.segments_freed;
    }
    let Happened { failures, power_cuts, entries_again, entries_reread, segments_freed } = all;
    assert!(
        failures > 0 && power_cuts > 0 && entries_again > 0 && entries_reread > 0 && segments_freed > 0,
        "{all:?}"
    );
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_and_nothing_else_comes_up() {
    live_many(seeds(0..300), Drive::Caller).await;
}

#[tokio::test]
async fn the_same_with_threads() {
    live_many(seeds(1_000..1_060), Drive::Threads).await;
}
