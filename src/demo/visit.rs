//! A buyer's visit: an attempt, until its outcome is known.

use std::rc::Rc;
use std::time::Instant;

use super::buyer::Visit;
use super::connection::Answer;
use super::crowd::Crowd;
use super::lines::{Lines, Settled, Unsettled};
use super::shop;

/// Looks after one buyer after the other, as one of many.
pub(super) async fn look_after(crowd: Rc<Crowd>, home: usize) {
    let mut lines = Lines::new(Rc::clone(&crowd.nodes), home);
    while let Some(visit) = crowd.door.next().await {
        let settled = lines.settle(&crowd.errands.attempt(visit)).await;
        take(&crowd, visit, &settled);
        crowd.end();
    }
}

fn take(crowd: &Rc<Crowd>, visit: Visit, settled: &Settled) {
    let done = Instant::now();
    crowd.progress.attempts.add(1);
    crowd.books.borrow_mut().time(settled.sent, done, &crowd.outage);
    match &settled.outcome {
        Err(Unsettled::Unknown) => crowd.books.borrow_mut().unknown += 1,
        Err(Unsettled::Refused) => refused(crowd, "unavailable"),
        Ok(answer) => {
            crowd.outage.saw_answer(settled.sent_last, done);
            match answer.status {
                201 => granted(crowd, visit, answer, done),
                status => {
                    let code = answer.word("code").map_or_else(|| format!("http_{status}"), str::to_owned);
                    refused(crowd, &code);
                    if code == "sold_out" && answer.is_true("may_return") {
                        wait(crowd, visit);
                    }
                }
            }
        }
    }
}

fn granted(crowd: &Rc<Crowd>, visit: Visit, answer: &Answer, done: Instant) {
    crowd.books.borrow_mut().grant(done, &crowd.outage);
    crowd.progress.granted.add(1);
    crowd.progress.held.add(1);
    crowd.begin();
    let reservation = answer.word("id").unwrap_or_default().to_owned();
    tokio::task::spawn_local(shop::see_to(Rc::clone(crowd), visit, reservation));
}

fn refused(crowd: &Crowd, code: &str) {
    crowd.progress.refused.add(1);
    crowd.books.borrow_mut().refuse(code);
}

/// Waits for what may come back, unless very many wait already or the buyer has had enough.
fn wait(crowd: &Crowd, visit: Visit) {
    let many = usize::try_from(crowd.plan.stock).unwrap_or(usize::MAX).saturating_mul(4);
    let mut waiting = crowd.waiting.borrow_mut();
    if waiting.len() < many.max(1_000)
        && let Some(next) = visit.again()
    {
        waiting.push_back(next);
    }
}
