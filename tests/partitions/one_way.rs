//! Wires that work one way: who cannot ask, and who hears no answer.

use crate::cluster::Weather;
use crate::sale::Sale;

#[tokio::test]
async fn a_leader_that_cannot_be_heard_is_replaced() {
    let mut sale = Sale::open().await;
    // It cannot ask; it asks and hears no answer, so that its entries arrive and it never knows.
    for weather in [Weather::Silent, Weather::Deaf, Weather::Cut] {
        let leader = sale.leader().await;
        let others = sale.cluster.others(leader);
        others.into_iter().for_each(|other| sale.cluster.weather(leader, other, weather));
        sale.is_back().await;
        sale.goes_on().await;
        sale.heal().await;
        sale.goes_on().await;
    }
    sale.close(Vec::new()).await;
}

#[tokio::test]
async fn followers_that_cannot_ask_do_no_harm() {
    let mut sale = Sale::open().await;
    for weather in [Weather::Silent, Weather::Deaf, Weather::Cut] {
        let leader = sale.leader().await;
        let others = sale.cluster.others(leader);
        others.into_iter().for_each(|other| sale.cluster.weather(other, leader, weather));
        sale.is_back().await;
        sale.goes_on().await;
        sale.heal().await;
        sale.goes_on().await;
    }
    sale.close(Vec::new()).await;
}
