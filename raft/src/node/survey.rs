//! Survey: what the members say before a node is replaced, and what follows from it, shard by shard.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use super::Node;
use super::about::{self, About, AboutRequest};
use crate::members::Members;
use crate::turnover::Turnover;
use crate::types::NodeId;

/// How long a node may take to say something of itself.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// What the members say.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The members of each shard, by the newest word of its log.
    pub(super) members: Vec<Members>,
    /// The turnover, as all who answered know it together.
    pub(super) turnover: Turnover,
    /// What each node that was asked said, or why it did not.
    said: BTreeMap<NodeId, Result<Said, String>>,
}

/// What a node said of itself.
#[derive(Debug)]
struct Said {
    connected: BTreeSet<NodeId>,
    turnover: Turnover,
}

impl Node {
    /// Asks every member but those that `new` is to replace, and `new` itself.
    pub(super) async fn survey(&self, old: NodeId, new: NodeId) -> Survey {
        let turnover = self.acquaintances.turnover();
        let mut not_asked = turnover.going(old, new).unwrap_or_default();
        not_asked.extend([old, new]);
        let members = self.replicas.iter().map(|replica| replica.roster.get()).collect();
        let mut survey = Survey { members, turnover, said: BTreeMap::new() };
        let deadline = Instant::now() + ANSWER_WITHIN;
        // Those who answer may know of others.
        loop {
            let known = survey.voters().into_iter().chain([self.config.node]);
            let unheard: BTreeSet<NodeId> =
                known.filter(|node| !not_asked.contains(node) && !survey.said.contains_key(node)).collect();
            if unheard.is_empty() {
                return survey;
            }
            let asked =
                unheard.into_iter().map(|node| async move { (node, self.about(node, deadline).await) });
            for (node, about) in futures_util::future::join_all(asked).await {
                survey.hear(node, about);
            }
        }
    }

    async fn about(&self, node: NodeId, deadline: Instant) -> Result<About, String> {
        let request = AboutRequest { origins: false };
        if node == self.config.node {
            let (http, peers, acquaintances) = (&self.config.http, &self.peers, &self.acquaintances);
            return Ok(about::of(node, http, peers, acquaintances, &self.replicas, request).await);
        }
        about::ask(&self.peers, node, request, deadline).await.map_err(|error| error.to_string())
    }
}

impl Survey {
    fn hear(&mut self, node: NodeId, about: Result<About, String>) {
        let said = about.map(|About { connected, turnover, shards, .. }| {
            for (known, said) in self.members.iter_mut().zip(shards) {
                *known = std::mem::take(known).newer(said.members.unwrap_or_default());
            }
            self.turnover = std::mem::take(&mut self.turnover).and(&turnover);
            Said { connected, turnover }
        });
        self.said.insert(node, said);
    }

    /// Every node that votes in any shard.
    pub(super) fn voters(&self) -> BTreeSet<NodeId> {
        self.members.iter().flat_map(Members::all_voters).collect()
    }

    /// Those who go if `new` comes in the place of `old`.
    ///
    /// # Errors
    /// Why that makes no sense: it was never begun, and cannot be; or something else comes first.
    pub(super) fn going(&self, old: NodeId, new: NodeId) -> Result<BTreeSet<NodeId>, String> {
        let going = self.turnover.going(old, new).map_err(|untimely| untimely.to_string())?;
        if self.turnover.knows(old, new) {
            return Ok(going);
        }
        let voters = self.voters();
        if !voters.contains(&old) && !self.turnover.has_come(old) {
            return Err(format!(
                "node {old} is not a member, and nothing is known of node {new} in its place: `--old` names the node that goes, \
                 `--new` the one that comes; `flashsale cluster status` shows the members"
            ));
        }
        if voters.contains(&new) {
            return Err(format!(
                "node {new} is a member already: the node that comes needs an id that no node had"
            ));
        }
        Ok(going)
    }

    /// Whether nothing is left to be done in any shard.
    pub(super) fn is_through(&self, going: &BTreeSet<NodeId>, new: NodeId) -> bool {
        self.members.iter().all(|members| is_through(members, going, new))
    }

    /// What each shard waits for, in their order; nothing where it can go on. Every voter that stays must be there: with
    /// one that goes, a shard lives by each of the others. What began to change is brought to its end in any case.
    pub(super) fn obstacles(&self, going: &BTreeSet<NodeId>, new: NodeId) -> Vec<Option<String>> {
        let obstacle = |members: &Members| {
            if members.is_changing() || is_through(members, going, new) {
                return None;
            }
            let votes = members.all_voters();
            let goes = votes.intersection(going).next();
            let mut staying = votes.iter().filter(|node| !going.contains(node) && **node != new);
            staying.find_map(|node| {
                let why = match self.said.get(node) {
                    Some(Ok(_)) => return None,
                    Some(Err(why)) => why,
                    None => "it was not asked",
                };
                let without = goes.map_or_else(String::new, |goes| format!(" and node {goes}"));
                Some(format!(
                    "node {node} does not answer ({why}): without it{without} there is no majority; bring it back first"
                ))
            })
        };
        self.members.iter().map(obstacle).collect()
    }

    /// Why nothing can go on anywhere: what the first shard waits for, if all that are not through wait.
    pub(super) fn deadlock(&self, going: &BTreeSet<NodeId>, new: NodeId) -> Option<String> {
        let obstacles = self.obstacles(going, new);
        let mut open = self.members.iter().zip(&obstacles).filter(|(m, _)| !is_through(m, going, new));
        let waits = open.clone().all(|(_, obstacle)| obstacle.is_some());
        open.next().and_then(|(_, obstacle)| obstacle.clone()).filter(|_| waits)
    }

    /// Those who say that they reach `new`.
    pub(super) fn reaching(&self, new: NodeId) -> BTreeSet<NodeId> {
        let said = self.said.iter().filter_map(|(&node, said)| Some((node, said.as_ref().ok()?)));
        said.filter(|(_, said)| said.connected.contains(&new)).map(|(node, _)| node).collect()
    }

    /// Those who answered and do not know all of `news`, by their ids; nobody of `going`.
    pub(super) fn unaware(&self, news: &Turnover, going: &BTreeSet<NodeId>) -> Vec<NodeId> {
        let said = self.said.iter().filter(|(node, _)| !going.contains(node));
        let lacks = said.filter(|(_, said)| said.as_ref().is_ok_and(|said| !said.turnover.covers(news)));
        lacks.map(|(&node, _)| node).collect()
    }
}

/// Whether a shard's group has `new`, and nobody of `going` any more.
fn is_through(members: &Members, going: &BTreeSet<NodeId>, new: NodeId) -> bool {
    !members.is_changing() && members.is_voter(new) && !members.nodes().any(|node| going.contains(&node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::AboutShard;

    fn members(voters: &[&[NodeId]], learners: &[NodeId]) -> Members {
        let voters: Vec<BTreeSet<NodeId>> = voters.iter().map(|set| set.iter().copied().collect()).collect();
        let nodes = voters.iter().flatten().chain(learners);
        let addresses = nodes.map(|&node| (node, format!("node-{node}:9080"))).collect();
        Members { entry: Some(7), voters, addresses }
    }

    /// A survey in which these nodes answered, and those did not.
    fn survey(members: Vec<Members>, turnover: Turnover, here: &[NodeId], away: &[NodeId]) -> Survey {
        let mut survey = Survey { members, turnover: turnover.clone(), said: BTreeMap::new() };
        for &node in here {
            survey.hear(node, Ok(about(node, turnover.clone(), Vec::new())));
        }
        away.iter().for_each(|&node| survey.hear(node, Err("connection refused".into())));
        survey
    }

    fn about(node: NodeId, turnover: Turnover, shards: Vec<AboutShard>) -> About {
        About { node, http: String::new(), connected: [5].into(), turnover, shards }
    }

    /// Node 4 is lost with node 3's place in one shard, and in the other not.
    fn halfway() -> Vec<Members> {
        vec![members(&[&[1, 2, 4]], &[]), members(&[&[1, 2, 3]], &[4])]
    }

    #[test]
    fn a_newcomer_that_is_lost_halfway_is_replaced_with_the_one_that_it_came_for() {
        let survey = survey(halfway(), Turnover::of_pair(3, 4), &[1, 2], &[]);
        let going = survey.going(4, 5).expect("it makes sense");
        assert_eq!(going, [3, 4].into());
        assert_eq!(survey.obstacles(&going, 5), [None, None], "neither of those who go is needed");
        assert!(!survey.is_through(&going, 5));
        let why = survey.going(3, 5).expect_err("refused");
        assert!(why.contains("node 4 is taking the place of node 3"), "{why}");
    }

    #[test]
    fn each_shard_is_judged_by_its_own_voters() {
        // Node 2 is lost while node 4 takes the place of node 3, which runs.
        let mut survey = survey(halfway(), Turnover::of_pair(3, 4), &[1, 4], &[2, 3]);
        let going = survey.going(2, 6).expect("another place is another matter");
        let obstacles = survey.obstacles(&going, 6);
        assert_eq!(obstacles[0], None, "node 1 and 4 are there");
        let why = obstacles[1].as_deref().expect("node 3 is not");
        assert!(why.starts_with("node 3 does not answer") && why.contains("and node 2"), "{why}");
        assert_eq!(survey.deadlock(&going, 6), None, "there is something to do");
        survey.members.reverse();
        assert_eq!(survey.deadlock(&going, 6), None, "be it in the last shard");
        let going = survey.going(3, 4).expect("it has begun");
        let why = survey.deadlock(&going, 4).expect("all that is left waits");
        assert!(why.starts_with("node 2 does not answer"), "{why}");
    }

    #[test]
    fn what_began_to_change_is_brought_to_its_end_whoever_is_away() {
        let changing = vec![members(&[&[1, 2, 3], &[1, 2, 4]], &[]), members(&[&[1, 2, 3]], &[])];
        let survey = survey(changing, Turnover::of_pair(3, 4), &[1], &[2]);
        let obstacles = survey.obstacles(&[3].into(), 4);
        assert!(obstacles[0].is_none() && obstacles[1].is_some(), "{obstacles:?}");
    }

    #[test]
    fn a_pair_that_nobody_knows_and_that_cannot_begin_is_refused() {
        let all = vec![members(&[&[1, 2, 3]], &[])];
        let survey = survey(all, Turnover::default(), &[1, 2, 3], &[]);
        let going = survey.going(9, 3).expect_err("refused");
        assert!(going.contains("node 9 is not a member") && going.contains("`--old`"), "{going}");
        assert!(
            survey.going(4, 3).expect_err("refused").contains("node 4 is not a member"),
            "the wrong way round"
        );
        assert!(survey.going(2, 3).expect_err("refused").contains("node 3 is a member already"));
        assert_eq!(survey.going(2, 4), Ok([2].into()));
    }

    #[test]
    fn a_pair_that_anybody_knows_is_told_to_be_through() {
        let all = vec![members(&[&[1, 2, 4]], &[])];
        let mut survey = survey(all, Turnover::default(), &[1], &[]);
        assert!(survey.going(3, 4).is_err(), "node 4 may have come for another one");
        survey.hear(2, Ok(about(2, Turnover::of_pair(3, 4), Vec::new())));
        let going = survey.going(3, 4).expect("node 2 knows");
        assert!(survey.is_through(&going, 4));
        assert_eq!(survey.unaware(&Turnover::of_pair(3, 4), &going), [1]);
        assert_eq!(survey.unaware(&Turnover::of_pair(3, 4), &[1].into()), [0; 0]);
    }

    #[test]
    fn the_newest_word_counts_and_who_reaches_the_newcomer_is_taken_at_theirs() {
        let mut survey = survey(vec![members(&[&[1, 2, 3]], &[])], Turnover::default(), &[1], &[2]);
        let newer = Members { entry: Some(8), ..members(&[&[1, 2, 4]], &[]) };
        let shards = vec![AboutShard { members: Some(newer.clone()), origin: None }];
        survey.hear(4, Ok(about(4, Turnover::default(), shards)));
        assert_eq!(survey.members, [newer]);
        assert_eq!(survey.reaching(5), [1, 4].into());
        assert_eq!(survey.reaching(6), [].into());
    }
}
