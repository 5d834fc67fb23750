//! I9: the history is linearizable, checked with the log as the witness.
//!
//! What changes a shard stands in its log, so the log's order must be the order in which changes took effect; what only
//! looks (a question, a refusal that is in no log) must have looked at a state between two entries. A history is
//! linearizable by this order if every look can be placed at an index that is no smaller than that of anything whose
//! caller had heard before the looker asked, and that some replica had applied by the time the looker heard. To take the
//! smallest such index each time is best: it constrains later looks the least. With the order of changes given, this is
//! exact, and costs O(n log n); without it the question is NP-complete (Gibbons and Korach, 1997).

use engine::{Answer, Outcome, ProductId, Query, Refusal, ReservationId, ShardId};
use raft::shard::request::Ask;

use super::course::{Course, first_fit};
use super::history::{Sent, asked_product};
use super::watch::Watch;

/// What a send says of the order: at which index it took effect, or what it saw.
enum Effect<'a> {
    /// It took effect with this entry.
    At(u64),
    /// It saw a state in which this product had fewer units available.
    SoldOut(&'a ProductId, u32),
    /// It saw this stock.
    Stock(&'a ProductId, engine::Stock),
    /// It saw a reservation like this.
    Reservation(ReservationId, engine::view::ReservationStatus),
    /// It says nothing that is checked here.
    Nothing,
}

/// What contradicts the order of the logs.
pub(crate) fn violations(sends: &[Sent], watch: &Watch) -> Vec<String> {
    watch.courses().flat_map(|(shard, course)| of_shard(shard, course, sends)).collect()
}

fn of_shard(shard: ShardId, course: &Course, sends: &[Sent]) -> Vec<String> {
    let heard = sends.iter().filter(|send| send.shard == shard && send.heard.is_some());
    let mut moments: Vec<(u64, bool, usize, &Sent)> = Vec::new();
    for (number, send) in heard.enumerate() {
        moments.push((send.asked, false, number, send));
        moments.push((send.heard.unwrap_or(send.asked), true, number, send));
    }
    // Of one millisecond, whoever asks did so before anybody heard: nothing is concluded from a tie.
    moments.sort_by_key(|(at, hears, number, _)| (*at, *hears, *number));
    let (mut known, mut floors, mut violations) = (0, std::collections::BTreeMap::new(), Vec::new());
    for (at, hears, number, send) in moments {
        if !hears {
            floors.insert(number, known);
            continue;
        }
        let floor = floors.remove(&number).unwrap_or(0);
        match place(course, send, floor, course.last_at(at)) {
            Ok(Some(index)) => known = known.max(index),
            Ok(None) => {}
            Err(why) => violations.push(format!(
                "I9: shard {shard}, asked at {} and heard at {at}: {why}, at no index from {floor} to {}",
                send.asked,
                course.last_at(at)
            )),
        }
    }
    violations
}

/// The smallest index at which a send can have taken effect; nothing if it says nothing.
fn place(course: &Course, send: &Sent, from: u64, to: u64) -> Result<Option<u64>, String> {
    let found = match effect(course, send) {
        Effect::Nothing => return Ok(None),
        // Done under this key by an earlier send, it stands where that one took effect.
        Effect::At(index) => (index <= to).then_some(index),
        Effect::SoldOut(product, quantity) => course
            .stocks
            .get(product)
            .and_then(|past| first_fit(past, from, to, |stock| stock.available < u64::from(quantity))),
        Effect::Stock(product, seen) => {
            course.stocks.get(product).and_then(|past| first_fit(past, from, to, |stock| *stock == seen))
        }
        Effect::Reservation(id, seen) => {
            course.reservations.get(&id).and_then(|past| first_fit(past, from, to, |status| *status == seen))
        }
    };
    found.map(Some).ok_or_else(|| format!("{:?} was answered {:?}", send.ask, send.said))
}

fn effect<'a>(course: &Course, send: &'a Sent) -> Effect<'a> {
    if let Some(Answer::Reservation(view)) = send.answer() {
        return match &send.ask {
            Ask::Query(Query::Reservation(id, _)) => Effect::Reservation(*id, view.status),
            _ => course
                .attempted
                .get(&view.id)
                .map_or(Effect::Nothing, |attempted| Effect::At(attempted.index)),
        };
    }
    if let Some(Answer::Product(view, _)) = send.answer() {
        return match &send.ask {
            Ask::Query(Query::Product(product)) => Effect::Stock(product, view.stock),
            _ => Effect::Nothing,
        };
    }
    let logged = send.reservation().and_then(|id| course.attempted.get(&id));
    match (send.refusal(), asked_product(send)) {
        (Some(Refusal::SoldOut { .. }), Some((product, quantity))) => match logged {
            // It was refused by apply, in the middle of its entry.
            Some(attempted) if matches!(attempted.outcome, Outcome::Refused(_)) => {
                Effect::At(attempted.index)
            }
            _ => Effect::SoldOut(product, quantity),
        },
        _ => Effect::Nothing,
    }
}
