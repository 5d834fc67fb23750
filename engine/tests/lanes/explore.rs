//! The explorer: every order of every move, from the beginning to every end.

use std::collections::BTreeMap;

use super::world::{Move, Setting, World};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) moments: usize,
    pub(crate) ends: usize,
    /// The most transfers on the way to one end.
    pub(crate) transfers: u64,
    /// How many got their units and how many were refused, at the best end for buyers and at the worst.
    pub(crate) most_granted: usize,
    pub(crate) most_refused: usize,
}

impl Found {
    /// Units moved, answers were lost in all ways, and at one end so many were granted, at one so many refused.
    #[track_caller]
    pub(crate) fn shows(&self, most_granted: usize, most_refused: usize) {
        assert_eq!((self.most_granted, self.most_refused), (most_granted, most_refused), "{self:?}");
        assert!(self.transfers > 0 && self.moments > 1_000, "{self:?}");
    }
}

/// Explores a setting whole.
///
/// # Panics
/// With the moves that lead there, if something does not hold, or if there is a moment from which no end can be reached.
pub(crate) fn explore(setting: &Setting) -> Found {
    let mut found = Found::default();
    let mut graph = Graph::default();
    let beginning = World::new(setting.clone());
    graph.add(beginning.key(), None);
    let mut open = vec![(0, beginning)];
    while let Some((at, world)) = open.pop() {
        found.note(&world);
        if world.is_over() || world.is_cut() {
            graph.ends.push(at);
        }
        for one in world.moves() {
            let mut next = world.clone();
            let wrong = next.go(one).err();
            let (to, is_new) = graph.add(next.key(), Some((at, one)));
            if let Some(wrong) = wrong {
                panic!("{wrong}\nin {setting:?}\nafter {:?}", graph.way(to));
            }
            if is_new {
                open.push((to, next));
            }
        }
    }
    if let Some(stuck) = graph.stuck() {
        panic!("there is no way to an end\nin {setting:?}\nafter {:?}", graph.way(stuck));
    }
    found
}

impl Found {
    fn note(&mut self, world: &World) {
        self.moments += 1;
        if world.is_over() {
            self.ends += 1;
            let (granted, refused) = world.outcome();
            self.transfers = self.transfers.max(world.transfers());
            self.most_granted = self.most_granted.max(granted);
            self.most_refused = self.most_refused.max(refused);
        }
    }
}

/// The moments by number, and how they follow from each other.
#[derive(Default)]
struct Graph {
    numbers: BTreeMap<String, usize>,
    /// How each was first reached.
    first: Vec<Option<(usize, Move)>>,
    /// From which others each is reached.
    before: Vec<Vec<usize>>,
    ends: Vec<usize>,
}

impl Graph {
    /// The number of a moment that was just reached, and whether it is new.
    fn add(&mut self, key: String, from: Option<(usize, Move)>) -> (usize, bool) {
        let next = self.first.len();
        let at = *self.numbers.entry(key).or_insert(next);
        if at == next {
            self.first.push(from);
            self.before.push(Vec::new());
        }
        self.before[at].extend(from.map(|(before, _)| before));
        (at, at == next)
    }

    /// The moves that lead to a moment.
    fn way(&self, mut at: usize) -> Vec<Move> {
        let mut way = Vec::new();
        while let Some((before, one)) = self.first[at] {
            way.push(one);
            at = before;
        }
        way.reverse();
        way
    }

    /// A moment from which no end can be reached.
    fn stuck(&self) -> Option<usize> {
        let mut reaches = vec![false; self.first.len()];
        let mut open = self.ends.clone();
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut reaches[at], true) {
                open.extend(&self.before[at]);
            }
        }
        reaches.iter().position(|reaches| !reaches)
    }
}
