//! I9: the history is linearizable, checked with the log as the witness.
//!
//! What changes a shard stands in its log, so the log's order must be the order in which changes took effect; what only
//! looks (a question, a refusal that is in no log) must have looked at a state between two entries. A history is
//! linearizable by this order if every look can be placed at an index that is no smaller than that of anything whose
//! caller had heard before the looker asked, and that some replica had applied by the time the looker heard. To take the
//! smallest such index each time is best: it constrains later looks the least. With the order of changes given, this is
//! exact, and costs O(n log n); without it the question is NP-complete (Gibbons and Korach, 1997).

use engine::command::Reserve;
use engine::{Answer, Command, ProductId, Query, Refusal, ReservationId, ShardId};
use raft::shard::request::Ask;

use super::attempt;
use super::course::{Course, first_fit};
use super::history::Sent;
use super::watch::Watch;

/// What a send says of the order: at which index it took effect, or what it saw.
enum Effect<'a> {
    /// It took effect with this entry.
    At(u64),
    /// It saw a state in which this product had fewer units available.
    SoldOut(&'a ProductId, u32),
    /// It saw a state in which the buyer had so many units that these and those made more than the limit.
    Limit(&'a Reserve, u32),
    /// It saw a state in which something was not there that is since this index; or never is.
    Absent(Option<u64>),
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
        Effect::Limit(reserve, limit) => {
            let is_too_much = |units: &u64| units + u64::from(reserve.quantity) > u64::from(limit);
            match course.taken.units_of(&reserve.product, &reserve.buyer) {
                Some(past) => first_fit(past, from, to, is_too_much),
                None => is_too_much(&0).then_some(from),
            }
        }
        Effect::Absent(since) => since.is_none_or(|since| from < since).then_some(from),
        Effect::Stock(product, seen) => {
            course.stocks.get(product).and_then(|past| first_fit(past, from, to, |stock| *stock == seen))
        }
        Effect::Reservation(id, seen) => {
            course.reservations.get(&id).and_then(|past| first_fit(past, from, to, |status| *status == seen))
        }
    };
    // Or apply refused it, in the middle of an entry.
    let refused = send.refusal().and(send.reservation()).and_then(|id| course.refused(id, from, to));
    found
        .into_iter()
        .chain(refused)
        .min()
        .map(Some)
        .ok_or_else(|| format!("{:?} was answered {:?}", send.ask, send.said))
}

fn effect<'a>(course: &Course, send: &'a Sent) -> Effect<'a> {
    if let Some(mark) = send.mark() {
        return course.marks.get(&mark).map_or(Effect::Nothing, |index| Effect::At(*index));
    }
    if let Some(Answer::Reservation(view)) = send.answer() {
        return match &send.ask {
            Ask::Query(Query::Reservation(id, _)) => Effect::Reservation(*id, view.status),
            _ => Effect::Nothing,
        };
    }
    if let Some(Answer::Product(view, _)) = send.answer() {
        return match &send.ask {
            Ask::Query(Query::Product(product)) => Effect::Stock(product, view.stock),
            _ => Effect::Nothing,
        };
    }
    let Some(refusal) = send.refusal() else { return Effect::Nothing };
    match (refusal, attempt::asked(&send.ask)) {
        (Refusal::SoldOut { .. }, Some(reserve)) => Effect::SoldOut(&reserve.product, reserve.quantity),
        (Refusal::LimitReached { limit, in_group: false, .. }, Some(reserve)) => {
            Effect::Limit(reserve, *limit)
        }
        (Refusal::NotFound, _) => absent(course, &send.ask).map_or(Effect::Nothing, Effect::Absent),
        _ => Effect::Nothing,
    }
}

/// Since when what is asked for is there. Everybody asks for what is theirs, and nothing is forgotten for a day.
fn absent(course: &Course, ask: &Ask) -> Option<Option<u64>> {
    let product = |id| course.stocks.get(id).and_then(|past| past.first()).map(|(index, _)| *index);
    let reservation = |id| course.reservations.get(id).and_then(|past| past.first()).map(|(index, _)| *index);
    let order = |id| course.orders.get(id).copied();
    if let Some(reserve) = attempt::asked(ask) {
        return Some(product(&reserve.product));
    }
    match ask {
        Ask::Query(Query::Product(id)) => Some(product(id)),
        Ask::Query(Query::Reservation(id, _)) => Some(reservation(id)),
        Ask::Query(Query::Order(id, _)) => Some(order(id)),
        Ask::Command(command, _) => match command {
            Command::AdjustStock(adjust) => Some(product(&adjust.product)),
            Command::Cancel(cancel) => Some(reservation(&cancel.reservation)),
            Command::Confirm(confirm) => Some(reservation(&confirm.reservation)),
            Command::Pay(pay) => Some(reservation(&pay.reservation)),
            Command::Refund(refund) => Some(order(&refund.order)),
            _ => None,
        },
        Ask::Query(Query::Refund(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use engine::command::{Cancel, Found};
    use engine::{Batch, LogTime, OrderId, Proposal, RULES, Settled};
    use raft::shard::request::Leadership;
    use raft::types::{LeaderId, LogId};

    use super::*;
    use crate::chance::Chance;
    use crate::crowd::Shelf;
    use crate::machine::Said;

    fn reservation() -> ReservationId {
        ReservationId::new(ShardId(0), 1, 1)
    }

    fn reserve(product: &ProductId, quantity: u32) -> Command {
        Command::Reserve(Reserve {
            reservation: reservation(),
            order: OrderId::new(ShardId(0), 1, 1),
            product: product.clone(),
            buyer: "ann".parse().expect("a buyer's id"),
            quantity,
            reference: None,
            purchase: false,
        })
    }

    /// A course in which a product is put (2), all of it that one may have is reserved (3), and cancelled (4); and the
    /// product.
    fn course() -> (Course, ProductId) {
        let shelf = Shelf::of(&Chance::new(1), 1, false);
        let mut put = shelf.products[0].put.clone();
        (put.description.stock, put.description.max_per_buyer) = (9, 2);
        let product = put.product.clone();
        let buyer = Some("ann".parse().expect("a buyer's id"));
        let commands = [
            Command::Found(Found { secret: [7; 16] }),
            Command::PutProduct(Box::new(put)),
            reserve(&product, 2),
            Command::Cancel(Cancel { reservation: reservation(), buyer }),
        ];
        let mut course = Course::new(ShardId(0));
        for (index, command) in (1..).zip(commands) {
            let log_id = LogId::new(LeaderId::from(Leadership { term: 1, node: 1 }), index);
            let batch = Batch { now: LogTime(index), rules: RULES, proposals: vec![Proposal::of(command)] };
            let Ok(Some(news)) = course.applied(index, log_id, Some(&batch)) else {
                panic!("{index} is new")
            };
            assert!(matches!(news.outcomes[..], [engine::Outcome::Done(_)]), "{:?}", news.outcomes);
        }
        (course, product)
    }

    fn refused(ask: Ask, refusal: Refusal) -> Sent {
        Sent::told(ask, Said::Settled(Settled::Refused(refusal)))
    }

    #[test]
    fn not_found_is_true_until_it_is_there() {
        let (course, product) = course();
        let look = refused(Ask::Query(Query::Reservation(reservation(), None)), Refusal::NotFound);
        assert_eq!(place(&course, &look, 2, 4), Ok(Some(2)));
        assert!(place(&course, &look, 3, 4).is_err(), "it was known to be there");
        let look = refused(Ask::Query(Query::Product(product)), Refusal::NotFound);
        assert_eq!(place(&course, &look, 1, 4), Ok(Some(1)));
        assert!(place(&course, &look, 2, 4).is_err());
        let never = refused(Ask::Query(Query::Product("no.such".parse().expect("an id"))), Refusal::NotFound);
        assert_eq!(place(&course, &never, 4, 4), Ok(Some(4)));
    }

    #[test]
    fn a_limit_is_reached_while_the_buyer_has_too_much() {
        let (course, product) = course();
        let of = |quantity| {
            let refusal = Refusal::LimitReached { limit: 2, in_group: false, live: Vec::new() };
            refused(Ask::Command(reserve(&product, quantity), None), refusal)
        };
        assert_eq!(place(&course, &of(1), 1, 3), Ok(Some(3)));
        assert!(place(&course, &of(1), 1, 2).is_err(), "not yet");
        assert!(place(&course, &of(1), 4, 4).is_err(), "not any more");
        assert_eq!(place(&course, &of(3), 1, 1), Ok(Some(1)), "more than anybody may have");
    }
}
