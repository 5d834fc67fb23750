//! A bridge: two nodes hear nothing of each other, and both of the third.

use crate::cluster::Weather;
use crate::sale::Sale;

#[tokio::test]
async fn one_node_between_two_that_do_not_hear_each_other_is_enough() {
    let mut sale = Sale::open().await;
    for weather in [Weather::Silent, Weather::Cut] {
        let leader = sale.leader().await;
        let [one, other] = sale.cluster.others(leader);
        // The leader in the middle, then at an end.
        for (left, right) in [(one, other), (leader, other)] {
            sale.cluster.weather_between(left, right, weather);
            sale.is_back().await;
            sale.goes_on().await;
            sale.heal().await;
        }
    }
    sale.close(Vec::new()).await;
}
