//! Faults that were drawn, and whether they took effect. Many do not: the node that is to be killed is down already, a link
//! is cut over which nothing goes, or what was laid for a process ends with it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many faults were drawn, and how many took effect, by their names. Clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Toll(Arc<Mutex<BTreeMap<&'static str, Counts>>>);

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    drawn: u64,
    struck: u64,
}

impl Toll {
    fn map(&self) -> MutexGuard<'_, BTreeMap<&'static str, Counts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A fault was drawn.
    pub(crate) fn draw(&self, name: &'static str) -> Strike {
        self.map().entry(name).or_default().drawn += 1;
        Strike(Arc::new(Drawn { name, toll: self.clone(), has_landed: AtomicBool::new(false) }))
    }

    /// Whether any fault was drawn. Of the few of a quiet world none may take effect.
    pub(crate) fn has_drawn(&self) -> bool {
        self.map().values().any(|counts| counts.drawn > 0)
    }

    /// What came of all of them, as kinds and counts.
    pub(crate) fn counts(&self) -> Vec<(String, u64)> {
        let map = self.map();
        let each = map.iter().flat_map(|(name, counts)| {
            [(format!("drawn: {name}"), counts.drawn), (format!("struck: {name}"), counts.struck)]
        });
        each.collect()
    }
}

/// A fault that was drawn. Clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Strike(Arc<Drawn>);

#[derive(Debug)]
struct Drawn {
    name: &'static str,
    toll: Toll,
    has_landed: AtomicBool,
}

impl Strike {
    /// It took effect: which counts once, however long it does.
    pub(crate) fn lands(&self) {
        if !self.0.has_landed.swap(true, Ordering::Relaxed) {
            self.0.toll.map().entry(self.0.name).or_default().struck += 1;
        }
    }
}
