//! A node that hears of nobody: the leader, and a follower.

use std::time::{Duration, Instant};

use crate::cluster::{Weather, pass};
use crate::sale::Sale;
use crate::stubborn::Stubborn;

/// How long a follower is left alone: it would stand for election several times.
const ALONE: Duration = Duration::from_millis(1_500);

#[tokio::test]
async fn a_leader_alone_answers_nobody_and_the_others_sell_on() {
    let mut sale = Sale::open().await;
    let mut more = Vec::new();
    for (number, weather) in (0..).zip([Weather::Silent, Weather::Cut]) {
        let leader = sale.leader().await;
        sale.cluster.weather_around(leader, weather);
        let stubborn = Stubborn::ask(&sale.cluster, leader, sale.product(), number);
        sale.is_back().await;
        sale.led_by(&sale.cluster.others(leader)).await;
        sale.goes_on().await;
        let healed = Instant::now();
        sale.heal().await;
        more.extend(stubborn.answered_after(healed).await);
        sale.goes_on().await;
    }
    sale.close(more).await;
}

#[tokio::test]
async fn a_follower_alone_disturbs_nobody_when_it_comes_back() {
    let mut sale = Sale::open().await;
    for weather in [Weather::Silent, Weather::Cut] {
        let leader = sale.leader().await;
        let term = sale.term(leader).await;
        let follower = sale.cluster.others(leader)[0];
        sale.cluster.weather_around(follower, weather);
        sale.is_back().await;
        pass(ALONE).await;
        sale.goes_on().await;
        sale.heal().await;
        sale.goes_on().await;
        assert_eq!(sale.term(leader).await, term, "nobody had to be elected anew");
    }
    sale.close(Vec::new()).await;
}
