//! Wires that are slow, lose, and break.

use std::time::Duration;

use crate::cluster::Weather;
use crate::sale::Sale;

#[tokio::test]
async fn delay_loss_and_resets_cost_time_and_nothing_else() {
    let mut sale = Sale::open().await;
    for weather in [
        Weather::Slow(Duration::from_millis(60)),
        Weather::Rough { lost_percent: 30, reset_permille: 0 },
        Weather::Rough { lost_percent: 5, reset_permille: 10 },
    ] {
        sale.cluster.weather_everywhere(weather);
        sale.goes_on().await;
        sale.goes_on().await;
        sale.heal().await;
    }
    let (late, broken) = sale.cluster.harm();
    assert!(late > 100 && broken > 0, "{late} pieces were late, {broken} connections broke");
    sale.close(Vec::new()).await;
}
