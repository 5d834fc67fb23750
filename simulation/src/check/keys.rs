//! I7: one key, one answer; another body under it is refused without effect; and a definite answer settles every earlier
//! send of its key.

use std::collections::{BTreeMap, BTreeSet};

use engine::{Command, Refusal, ShardId};
use raft::shard::request::Ask;

use super::attempt;
use super::history::Sent;
use super::mark::Mark;
use super::watch::Watch;

/// What is wrong with what was sent under keys.
pub(super) fn violations(sends: &[Sent], watch: &Watch) -> Vec<String> {
    let mut by_scope: BTreeMap<(ShardId, String), Vec<&Sent>> = BTreeMap::new();
    for send in sends {
        if let Some(scope) = send.scope() {
            let name = format!("{} {} {}", scope.principal, scope.route, scope.key);
            by_scope.entry((send.shard, name)).or_default().push(send);
        }
    }
    let of_key = |((shard, name), sends): (&(ShardId, String), &Vec<&Sent>)| {
        let told = violations_of(sends, &watch.course(*shard).marks);
        told.into_iter().map(|what| format!("I7: key {name} {what}")).collect::<Vec<_>>()
    };
    by_scope.iter().flat_map(of_key).collect()
}

fn violations_of(sends: &[&Sent], marks: &BTreeMap<Mark, u64>) -> Vec<String> {
    let mut violations = Vec::new();
    let is_granted = |send: &&&Sent| own(send).is_some_and(|mark| marks.contains_key(&mark));
    let granted: Vec<&&Sent> = sends.iter().filter(is_granted).collect();
    let done: BTreeSet<Mark> = granted.iter().filter_map(|send| own(send)).collect();
    if done.len() > 1 {
        violations.push(format!("did {done:?}"));
    }
    let told: BTreeSet<Mark> = sends.iter().filter_map(|send| send.mark()).collect();
    if told.len() > 1 {
        violations.push(format!("was answered by {told:?}"));
    }
    for granted in granted {
        violations.extend(sends.iter().filter_map(|send| contradiction(send, granted)));
    }
    let bodies: BTreeSet<String> = sends.iter().map(|send| body(send)).collect();
    if bodies.len() == 1 && sends.iter().any(|send| send.refusal() == Some(&Refusal::KeyReused)) {
        violations.push(format!("was refused as used for something else, and was not: {bodies:?}"));
    }
    violations
}

/// What speaks against a send, where another of its key was granted.
fn contradiction(send: &Sent, granted: &Sent) -> Option<String> {
    let is_same = body(send) == body(granted);
    if !is_same && send.mark().is_some() {
        return Some(format!(
            "was answered {:?} to {}, and stands for {}",
            send.mark(),
            body(send),
            body(granted)
        ));
    }
    let refusal = send.refusal().filter(|refusal| **refusal != Refusal::KeyReused)?;
    (is_same && send.reached() > granted.reached()).then(|| {
        format!(
            "was granted by what was taken in at {:?}, although what was taken in at {:?} was refused: {refusal:?}",
            granted.reached(),
            send.reached()
        )
    })
}

/// What a send leaves in the log if it is done, and no other of its key.
fn own(send: &Sent) -> Option<Mark> {
    match &send.ask {
        Ask::Command(Command::AdjustStock(adjust), _) => Some(Mark::Adjusted(adjust.id)),
        Ask::Command(Command::Refund(refund), _) => Some(Mark::Refunded(refund.id)),
        ask => attempt::asked(ask).map(|reserve| Mark::Reserved(reserve.reservation)),
    }
}

/// What is asked for, but for the ids that each send makes.
fn body(send: &Sent) -> String {
    match &send.ask {
        Ask::Command(Command::AdjustStock(adjust), _) => format!("{} of {}", adjust.delta, adjust.product),
        Ask::Command(Command::Refund(refund), _) => {
            format!("{:?} of {}, restocked: {}", refund.amount, refund.order, refund.restock)
        }
        Ask::Command(Command::Pay(pay), _) => format!("{} by {:?}", pay.reservation, pay.means),
        Ask::Command(Command::Purchase(purchase), _) => {
            let reserve = &purchase.reserve;
            format!("{} of {} by {:?}", reserve.quantity, reserve.product, purchase.means)
        }
        ask => attempt::asked(ask)
            .map_or_else(String::new, |reserve| format!("{} of {}", reserve.quantity, reserve.product)),
    }
}
