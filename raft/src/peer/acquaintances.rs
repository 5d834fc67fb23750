//! Acquaintances: by which data directory each node is known.
//!
//! A node that lost its data may have forgotten a vote, or an entry that counted towards a majority: if it came back under
//! its old id, what was acknowledged could be lost, and two leaders elected in one term. So every node notes down,
//! before the first exchange with another, by which directory that one is known, and has nothing to do with whoever
//! comes under the same id from another directory. Of a node that another one replaced it notes down that it is
//! retired: nobody is known by its id ever again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

use crate::blocking;
use crate::disk::Disk;
use crate::disk::sealed::{self, Sealed};
use crate::types::NodeId;

const MAGIC: [u8; 8] = *b"FLASHMET";
const NAME: &str = "acquaintances";
/// How many nodes are noted down: more than clusters have, and few enough for a small file.
const KNOWN_MAX: usize = 1_000;
/// Stands for the directory of a node that is retired: no directory is ever made with it.
const RETIRED: u128 = u128::MAX;

/// What a node knows of itself and the others.
#[derive(Clone)]
pub struct Acquaintances(Arc<Inner>);

struct Inner {
    own: u128,
    known: Mutex<BTreeMap<NodeId, u128>>,
    kept: Option<(Arc<dyn Disk>, Sealed)>,
    retired: watch::Sender<BTreeSet<NodeId>>,
    disowned: watch::Sender<Option<String>>,
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

/// That nodes are retired could not be noted down.
#[derive(Debug, thiserror::Error)]
#[error("it could not be noted down: {0}")]
pub(crate) struct Unnoted(sealed::Error);

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
        let known = sealed.read::<Vec<(NodeId, u128)>>(&*disk)?.unwrap_or_default();
        Ok(Acquaintances::new(instance.as_u128(), known.into_iter().collect(), Some((disk, sealed))))
    }

    /// Those of a node that keeps nothing, and is always known by its id.
    pub fn in_memory(node: NodeId) -> Acquaintances {
        Acquaintances::new(u128::from(node), BTreeMap::new(), None)
    }

    fn new(own: u128, known: BTreeMap<NodeId, u128>, kept: Option<(Arc<dyn Disk>, Sealed)>) -> Acquaintances {
        let retired = known.iter().filter(|(_, instance)| **instance == RETIRED).map(|(&node, _)| node);
        let (retired, disowned) = (watch::Sender::new(retired.collect()), watch::Sender::new(None));
        Acquaintances(Arc::new(Inner { own, known: Mutex::new(known), kept, retired, disowned }))
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
        if let Some(known) = self.known().get(&node) {
            return recognize(node, *known, instance);
        }
        let this = self.clone();
        let noted = blocking::run(move || this.note(node, instance)).await;
        noted.expect("noting a node down neither panics nor is broken off")
    }

    /// Under the lock, so that two connections at once agree; nobody waits for it but other new nodes.
    fn note(&self, node: NodeId, instance: u128) -> Result<(), Unacquainted> {
        let mut known = self.known();
        match known.get(&node) {
            Some(found) => return recognize(node, *found, instance),
            None if known.len() >= KNOWN_MAX => return Err(Unacquainted::TooMany { node }),
            None => known.insert(node, instance),
        };
        let written = self.keep(&known);
        if written.is_err() {
            known.remove(&node);
        }
        written.map_err(|source| Unacquainted::NotNoted { node, source })
    }

    /// Notes down that `nodes` are retired, durably before this returns: connections with them end, and none is made
    /// again. Cost: a file written whole if that is news.
    ///
    /// # Errors
    /// If it could not be noted down; then nothing has changed.
    pub(crate) async fn retire(&self, nodes: BTreeSet<NodeId>) -> Result<(), Unnoted> {
        if nodes.is_subset(&self.retired()) {
            return Ok(());
        }
        let this = self.clone();
        let noted = blocking::run(move || {
            let mut known = this.known();
            let before = known.clone();
            known.extend(nodes.iter().map(|&node| (node, RETIRED)));
            if let Err(error) = this.keep(&known) {
                *known = before;
                return Err(Unnoted(error));
            }
            this.0.retired.send_modify(|retired| retired.extend(nodes));
            Ok(())
        });
        noted.await.expect("noting nodes down neither panics nor is broken off")
    }

    /// The nodes that are retired.
    pub fn retired(&self) -> BTreeSet<NodeId> {
        self.0.retired.borrow().clone()
    }

    /// Waits until `node` is retired.
    pub(crate) async fn until_retired(&self, node: NodeId) {
        let mut retired = self.0.retired.subscribe();
        let told = retired.wait_for(|retired| retired.contains(&node)).await;
        told.expect("its sender is held by this");
    }

    fn keep(&self, known: &BTreeMap<NodeId, u128>) -> Result<(), sealed::Error> {
        let Some((disk, sealed)) = &self.0.kept else { return Ok(()) };
        let all: Vec<(NodeId, u128)> = known.iter().map(|(&node, &instance)| (node, instance)).collect();
        sealed.write(&**disk, &all)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<NodeId, u128>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn recognize(node: NodeId, known: u128, instance: u128) -> Result<(), Unacquainted> {
    match known {
        RETIRED => Err(Unacquainted::Retired { node }),
        known if known == instance => Ok(()),
        _ => Err(Unacquainted::Stranger { node }),
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
        met.retire([2, 9].into()).await.expect("noted");
        met.until_retired(2).await;
        assert!(matches!(met.meet(2, 20).await, Err(Unacquainted::Retired { node: 2 })));
        disk.crash(5);
        let met = open(&disk);
        assert_eq!(met.retired(), [2, 9].into());
        for instance in [20, 21, RETIRED] {
            assert!(matches!(met.meet(2, instance).await, Err(Unacquainted::Retired { node: 2 })));
        }
        met.meet(3, 30).await.expect("the others are known as before");
    }

    #[tokio::test]
    async fn who_is_disowned_hears_of_it() {
        let met = Acquaintances::in_memory(1);
        met.disown("node 1 is known by another data directory");
        assert!(met.disowned().await.contains("node 1"));
    }
}
