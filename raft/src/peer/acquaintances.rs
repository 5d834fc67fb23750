//! Acquaintances: by which data directory each node is known.
//!
//! A node that lost its data may have forgotten a vote, or an entry that counted towards a majority: if it came back under
//! its old id, what was acknowledged could be lost, and two leaders elected in one term. So every node notes down,
//! before the first exchange with another, by which directory that one is known, and has nothing to do with whoever
//! comes under the same id from another directory. Beside that it notes down who comes in whose place, before the first
//! step of that is taken, and who is retired in the end: nobody is known by such an id ever again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bincode::{Decode, Encode};
use tokio::sync::watch;
use uuid::Uuid;

use crate::blocking;
use crate::disk::Disk;
use crate::disk::sealed::{self, Sealed};
use crate::turnover::{Notice, Turnover, Untimely};
use crate::types::NodeId;

const MAGIC: [u8; 8] = *b"FLASHMET";
const NAME: &str = "acquaintances";
/// How many nodes are noted down: more than clusters have, and few enough for a small file.
const KNOWN_MAX: usize = 1_000;
/// How many nodes that are retired, and pairs of which one came in the other's place, are noted down: as above. A
/// replacement takes two, one when it begins and one when it is through.
const TURNOVER_MAX: usize = 2_000;

/// What a node knows of itself and the others.
#[derive(Clone)]
pub struct Acquaintances(Arc<Inner>);

struct Inner {
    own: u128,
    noted: Mutex<Noted>,
    kept: Option<(Arc<dyn Disk>, Sealed)>,
    /// As it is noted down: to be read while a disk is slow.
    turnover: watch::Sender<Turnover>,
    disowned: watch::Sender<Option<String>>,
}

/// What is noted down.
#[derive(Clone, Debug, Default, Encode, Decode)]
struct Noted {
    /// By which directory each node is known.
    known: BTreeMap<NodeId, u128>,
    turnover: Turnover,
}

/// Another node comes from a directory that it is not known by, or that cannot be noted down.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unacquainted {
    #[error(
        "node {node} is known by another data directory: what it lacks may have been acknowledged, so it cannot come back \
         without it; bring its old directory back"
    )]
    Stranger { node: NodeId },
    #[error(
        "node {node} was replaced by another one, and its id is not used again: what it has does not count any more; to add \
         the machine, give it an id that no node had, with an empty directory"
    )]
    Retired { node: NodeId },
    #[error("node {node} is new here, and there are {KNOWN_MAX} others already")]
    TooMany { node: NodeId },
    #[error("node {node} is new here, and that could not be noted down: {source}")]
    NotNoted { node: NodeId, source: sealed::Error },
}

impl Unacquainted {
    /// Whether the other node is to have no part in the cluster, and to end.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Stranger { .. } | Self::Retired { .. })
    }
}

/// What a node was told of the turnover was not noted down.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unnoted {
    /// A replacement is not to begin.
    #[error(transparent)]
    Untimely(#[from] Untimely),
    #[error("{} nodes were replaced already: move the cluster into a new one, by a backup", TURNOVER_MAX / 2)]
    TooMany,
    #[error("it could not be noted down: {0}")]
    NotWritten(sealed::Error),
}

/// The acquaintances of a data directory could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}; it says by which data directory each node is known: restore it")]
pub struct Unreadable(#[from] sealed::Error);

impl Acquaintances {
    /// Those of the node whose data directory is `dir`, known to others by `instance`.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn open(disk: Arc<dyn Disk>, dir: &Path, instance: Uuid) -> Result<Acquaintances, Unreadable> {
        let sealed = Sealed { magic: MAGIC, path: dir.join(NAME) };
        let noted = sealed.read::<Noted>(&*disk)?.unwrap_or_default();
        Ok(Acquaintances::new(instance.as_u128(), noted, Some((disk, sealed))))
    }

    /// Those of a node that keeps nothing, and is always known by its id.
    pub fn in_memory(node: NodeId) -> Acquaintances {
        Acquaintances::new(u128::from(node), Noted::default(), None)
    }

    fn new(own: u128, noted: Noted, kept: Option<(Arc<dyn Disk>, Sealed)>) -> Acquaintances {
        let turnover = watch::Sender::new(noted.turnover.clone());
        let (noted, disowned) = (Mutex::new(noted), watch::Sender::new(None));
        Acquaintances(Arc::new(Inner { own, noted, kept, turnover, disowned }))
    }

    /// By what this node is known.
    pub(crate) fn own(&self) -> u128 {
        self.0.own
    }

    /// Waits until another node says that it knows this one by another directory, and gives its words.
    pub async fn disowned(&self) -> String {
        let mut disowned = self.0.disowned.subscribe();
        let words = disowned.wait_for(Option::is_some).await;
        words.expect("its sender is held by this").clone().unwrap_or_default()
    }

    /// Another node says that it knows this one by another directory.
    pub(crate) fn disown(&self, words: &str) {
        self.0.disowned.send_replace(Some(words.to_owned()));
    }

    /// Makes sure that `node` is the one that is known by its id, or notes it down if it is new; durably, before this
    /// returns. Cost: a look-up, and a file written whole for a node that is new.
    pub(crate) async fn meet(&self, node: NodeId, instance: u128) -> Result<(), Unacquainted> {
        if let Some(recognized) = self.noted().recognize(node, instance) {
            return recognized;
        }
        let this = self.clone();
        let noted = blocking::run(move || this.note_new(node, instance)).await;
        noted.expect("noting a node down neither panics nor is broken off")
    }

    /// Under the lock, so that two connections at once agree; nobody waits for it but other new nodes.
    fn note_new(&self, node: NodeId, instance: u128) -> Result<(), Unacquainted> {
        let mut noted = self.noted();
        if let Some(recognized) = noted.recognize(node, instance) {
            return recognized;
        }
        if noted.known.len() >= KNOWN_MAX {
            return Err(Unacquainted::TooMany { node });
        }
        noted.known.insert(node, instance);
        let written = self.keep(&noted);
        if written.is_err() {
            noted.known.remove(&node);
        }
        written.map_err(|source| Unacquainted::NotNoted { node, source })
    }

    /// Notes down what a notice says, durably before this returns. Connections with nodes that are retired by it end, and
    /// none is made again. Cost: a file written whole if there is news in it.
    ///
    /// # Errors
    /// If what begins by it does not go together with what is noted here, or it could not be noted down; then nothing has
    /// changed.
    pub(crate) async fn note(&self, notice: Notice) -> Result<(), Unnoted> {
        let this = self.clone();
        let noted = blocking::run(move || this.note_notice(&notice)).await;
        noted.expect("noting nodes down neither panics nor is broken off")
    }

    /// Under the lock, so that of two that begin at once and do not go together only one is noted.
    fn note_notice(&self, notice: &Notice) -> Result<(), Unnoted> {
        let mut noted = self.noted();
        if let Some((old, new)) = notice.begins {
            noted.turnover.clone().and(&notice.news).going(old, new)?;
        }
        if noted.turnover.covers(&notice.news) {
            return Ok(());
        }
        let turnover = noted.turnover.clone().and(&notice.news);
        let still_to_come = notice.begins.map_or(0, |_| 1);
        if turnover.len() + still_to_come > TURNOVER_MAX {
            return Err(Unnoted::TooMany);
        }
        let before = std::mem::replace(&mut noted.turnover, turnover);
        if let Err(error) = self.keep(&noted) {
            noted.turnover = before;
            return Err(Unnoted::NotWritten(error));
        }
        self.0.turnover.send_replace(noted.turnover.clone());
        Ok(())
    }

    /// Who came, or is coming, in whose place, and who is gone for good.
    pub(crate) fn turnover(&self) -> Turnover {
        self.0.turnover.borrow().clone()
    }

    /// The nodes that are retired.
    pub fn retired(&self) -> BTreeSet<NodeId> {
        self.0.turnover.borrow().retired().clone()
    }

    /// Waits until `node` is retired.
    pub(crate) async fn until_retired(&self, node: NodeId) {
        let mut turnover = self.0.turnover.subscribe();
        let told = turnover.wait_for(|turnover| turnover.retired().contains(&node)).await;
        told.expect("its sender is held by this");
    }

    fn keep(&self, noted: &Noted) -> Result<(), sealed::Error> {
        let Some((disk, sealed)) = &self.0.kept else { return Ok(()) };
        sealed.write(&**disk, noted)
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, Noted> {
        self.0.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Noted {
    /// Whether `node` is the one that is known by its id; nothing if it is new.
    fn recognize(&self, node: NodeId, instance: u128) -> Option<Result<(), Unacquainted>> {
        if self.turnover.retired().contains(&node) {
            return Some(Err(Unacquainted::Retired { node }));
        }
        let known = *self.known.get(&node)?;
        Some(if known == instance { Ok(()) } else { Err(Unacquainted::Stranger { node }) })
    }
}

impl std::fmt::Debug for Acquaintances {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acquaintances").field("own", &self.0.own).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::SimDisk;

    const DIR: &str = "/data";

    fn open(disk: &SimDisk) -> Acquaintances {
        let disk = disk.process();
        disk.create_dir(Path::new(DIR)).expect("a directory");
        Acquaintances::open(disk, Path::new(DIR), Uuid::from_u128(7)).expect("readable")
    }

    #[tokio::test]
    async fn a_node_is_known_by_the_directory_it_first_came_from() {
        let disk = SimDisk::new();
        let met = open(&disk);
        met.meet(2, 20).await.expect("new");
        met.meet(2, 20).await.expect("the same");
        met.meet(3, 20).await.expect("another node");
        assert!(matches!(met.meet(2, 21).await, Err(Unacquainted::Stranger { node: 2 })));
        disk.crash(5);
        let met = open(&disk);
        assert!(matches!(met.meet(2, 21).await, Err(Unacquainted::Stranger { node: 2 })));
        met.meet(2, 20).await.expect("known from before the crash");
    }

    #[tokio::test]
    async fn a_retired_node_is_never_met_again_from_whatever_directory() {
        let disk = SimDisk::new();
        let met = open(&disk);
        met.meet(2, 20).await.expect("new");
        met.note(retires([2, 9].into())).await.expect("noted");
        met.until_retired(2).await;
        assert!(matches!(met.meet(2, 20).await, Err(Unacquainted::Retired { node: 2 })));
        disk.crash(5);
        let met = open(&disk);
        assert_eq!(met.retired(), [2, 9].into());
        for instance in [20, 21] {
            assert!(matches!(met.meet(2, instance).await, Err(Unacquainted::Retired { node: 2 })));
        }
        met.meet(3, 30).await.expect("the others are known as before");
    }

    #[tokio::test]
    async fn of_two_that_do_not_go_together_only_the_first_is_noted_and_that_durably() {
        let disk = SimDisk::new();
        let met = open(&disk);
        met.note(begins(3, 4)).await.expect("the first");
        let second = met.note(begins(3, 5)).await;
        assert!(matches!(second, Err(Unnoted::Untimely(Untimely::Taking { by: 4, .. }))), "{second:?}");
        disk.crash(5);
        let met = open(&disk);
        assert_eq!(met.turnover(), Turnover::of_pair(3, 4));
        met.note(begins(3, 4)).await.expect("the same again");
        met.note(begins(4, 5)).await.expect("in the place of both");
        met.meet(3, 30).await.expect("who goes is not gone yet");
    }

    /// Two that want the same newcomer begin at once, by way of different nodes. However what they say crosses, the
    /// newcomer has heard of one first, and all that is noted anywhere leaves that one to be carried through.
    #[tokio::test]
    async fn of_two_that_want_the_same_newcomer_one_is_noted_nowhere() {
        for order in 0_u32..1 << 6 {
            let nodes = [1, 2, 3, 4].map(|node| (node, Acquaintances::in_memory(node)));
            let told = |node: NodeId| &nodes.iter().find(|(id, _)| *id == node).expect("one of four").1;
            let mut courses = [((1, 4), vec![4, 2, 3]), ((2, 4), vec![4, 1, 3])];
            for turn in 0..6 {
                let ((old, new), members) = &mut courses[usize::from(order & 1 << turn != 0)];
                if !members.is_empty() && told(members.remove(0)).note(begins(*old, *new)).await.is_err() {
                    members.clear();
                }
            }
            let all = nodes.iter().fold(Turnover::default(), |all, (_, one)| all.and(&one.turnover()));
            let ways = [(1, 4), (2, 4)].into_iter().filter(|&(old, new)| all.going(old, new).is_ok());
            assert_eq!(ways.count(), 1, "{order:06b}: {all:?}");
            assert_eq!(all.len(), 1, "{order:06b}: {all:?}");
        }
    }

    #[tokio::test]
    async fn what_is_noted_is_bounded() {
        let met = Acquaintances::in_memory(1);
        let too_many = met.note(retires((2..10_000).collect())).await;
        assert!(matches!(too_many, Err(Unnoted::TooMany)), "{too_many:?}");
        assert_eq!(met.turnover(), Turnover::default());
    }

    #[test]
    fn the_most_that_is_noted_fits_its_file() {
        let disk = SimDisk::new();
        let most = |count: usize| (0..count as u64).map(|node| u64::from(u32::MAX) - node);
        let known = most(KNOWN_MAX).map(|node| (node, u128::MAX)).collect();
        let pairs = most(TURNOVER_MAX).map(|node| Turnover::of_pair(node, node));
        let turnover = pairs.fold(Turnover::default(), |all, pair| all.and(&pair));
        open(&disk).keep(&Noted { known, turnover }).expect("it fits");
    }

    fn retires(nodes: BTreeSet<NodeId>) -> Notice {
        Notice { news: Turnover::of_retired(nodes), begins: None }
    }

    fn begins(old: NodeId, new: NodeId) -> Notice {
        Notice { news: Turnover::of_pair(old, new), begins: Some((old, new)) }
    }

    #[tokio::test]
    async fn who_is_disowned_hears_of_it() {
        let met = Acquaintances::in_memory(1);
        met.disown("node 1 is known by another data directory");
        assert!(met.disowned().await.contains("node 1"));
    }
}
