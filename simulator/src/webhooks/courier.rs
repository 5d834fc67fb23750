//! The courier: one task that lets what is due happen, and sends what is owed.

use std::sync::Arc;

use reqwest::Client;
use tokio::task::JoinSet;

use super::backoff;
use super::send::Parcel;
use crate::book::{Change, Delivery};
use crate::provider::{Provider, World};

/// How many deliveries are under way at once. More than one, so their order is nobody's promise.
const UNDER_WAY_MAX: usize = 16;

/// Runs until the provider stops. What is under way then is sent again after the next start.
pub(crate) async fn run(provider: Arc<Provider>, client: Client) {
    let mut under_way = JoinSet::new();
    loop {
        let (parcels, next) = collect(&provider, UNDER_WAY_MAX - under_way.len());
        if !parcels.is_empty() {
            // Nobody is told of what could still be forgotten.
            if provider.ledger.durable(provider.ledger.last()).await.is_err() {
                return;
            }
            for parcel in parcels {
                under_way.spawn(parcel.send(client.clone()));
            }
        }
        tokio::select! {
            () = provider.stop.cancelled() => return,
            () = provider.bell.notified() => {}
            () = provider.clock.reach(next) => {}
            Some(done) = under_way.join_next() => match done {
                Ok((account, delivery, acknowledged)) => {
                    settle(&provider, account, delivery, acknowledged);
                }
                Err(error) => tracing::error!(%error, "a delivery ended without a result"),
            },
        }
    }
}

/// Lets what is due happen, packs up to `room` deliveries that are due, and says when the next thing is.
fn collect(provider: &Provider, room: usize) -> (Vec<Parcel>, Option<i64>) {
    let now = provider.clock.now_ms();
    let mut world = provider.lock();
    provider.catch_up(&mut world, now);
    let mut parcels = Vec::new();
    for account in 0..world.books.len() {
        while parcels.len() < room {
            let Some(delivery) = next_owed(&mut world, account, now) else { break };
            let packed = world
                .books
                .get(account)
                .and_then(|book| Parcel::pack(account, book, &provider.base, &delivery, now));
            match packed {
                Some(parcel) => parcels.push(parcel),
                None => forget(provider, &mut world, account, delivery.serial, now),
            }
        }
    }
    // With all hands full the next thing to wait for is a hand.
    let next = (parcels.len() < room).then(|| soonest(&world)).flatten();
    (parcels, next)
}

/// Takes the next delivery that is due out of the post of an account.
fn next_owed(world: &mut World, account: usize, now: i64) -> Option<Delivery> {
    let book = world.books.get_mut(account)?;
    while book.post.first().is_some_and(|(at, _)| *at <= now) {
        let (at, serial) = book.post.pop_first()?;
        if let Some(delivery) = book.deliveries.get(&serial).filter(|delivery| delivery.due == at) {
            return Some(delivery.clone());
        }
    }
    None
}

fn soonest(world: &World) -> Option<i64> {
    let settles = world.books.iter().filter_map(|book| book.agenda.first().map(|(at, _)| *at));
    let tried = world.books.iter().filter_map(|book| book.post.first().map(|(at, _)| *at));
    settles.chain(tried).min()
}

fn settle(provider: &Provider, account: usize, mut delivery: Delivery, acknowledged: bool) {
    let now = provider.clock.now_ms();
    let mut world = provider.lock();
    delivery.failures += 1;
    let again =
        backoff::next(&provider.webhooks, delivery.since, delivery.failures, now).filter(|_| !acknowledged);
    match again {
        Some(at) => {
            delivery.due = at;
            let writ = provider.own_writ(now);
            provider.step(&mut world, account, &writ, |step| step.put(Change::Delivery(delivery)));
        }
        None => forget(provider, &mut world, account, delivery.serial, now),
    }
}

fn forget(provider: &Provider, world: &mut World, account: usize, serial: u64, now: i64) {
    let writ = provider.own_writ(now);
    provider.step(world, account, &writ, |step| step.put(Change::Delivered(serial)));
}
