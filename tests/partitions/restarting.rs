//! A follower alone, while the other, without which there is no majority, is killed and comes back; and leaders that
//! change under load.

use crate::cluster::Weather;
use crate::sale::Sale;

#[tokio::test]
async fn what_was_promised_outlives_a_partition_and_a_restart_at_once() {
    let mut sale = Sale::open().await;
    for weather in [Weather::Silent, Weather::Cut] {
        let leader = sale.leader().await;
        let [alone, restarted] = sale.cluster.others(leader);
        sale.cluster.weather_around(alone, weather);
        sale.goes_on().await;
        sale.cluster.kill(&[restarted]);
        sale.cluster.start_node(restarted);
        sale.is_back().await;
        sale.goes_on().await;
        // Who comes back may lead at once, and did not see what the others agreed on.
        sale.cluster.kill(&[restarted]);
        sale.cluster.weather_around(alone, Weather::Fair);
        sale.is_back().await;
        sale.cluster.start_node(restarted);
        sale.heal().await;
        sale.goes_on().await;
    }
    sale.close(Vec::new()).await;
}

#[tokio::test]
async fn leaders_change_under_load_on_slow_wires() {
    let mut sale = Sale::open().await;
    sale.cluster.weather_everywhere(Weather::Slow(std::time::Duration::from_millis(20)));
    for _ in 0..2 {
        let leader = sale.leader().await;
        let status = sale.cluster.stop(leader).await;
        assert!(status.success(), "{status}");
        sale.is_back().await;
        sale.goes_on().await;
        sale.cluster.start_node(leader);
        sale.cluster.ready().await;
        sale.goes_on().await;
    }
    sale.heal().await;
    sale.close(Vec::new()).await;
}
