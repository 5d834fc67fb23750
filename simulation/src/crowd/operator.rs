//! The operator: puts the products, and now and then changes how many there are, and gives money back.

use engine::command::{AdjustStock, Refund};
use engine::{AdjustmentId, Command, RefundId, Scope};
use raft::shard::request::Ask;

use super::asker::Asker;
use super::shelf::price;

/// Puts the products, then works until the shop closes.
pub(super) async fn work(asker: Asker) {
    let town = std::rc::Rc::clone(&asker.town);
    for product in &town.shelf.products {
        let put = || Ask::Command(Command::PutProduct(Box::new(product.put.clone())), None);
        asker.settle(product.shard, put).await;
    }
    town.shelf.stocked.set(true);
    let mut changes = 0;
    while asker.is_open() {
        asker.pause(500, 4_000).await;
        if asker.is_open() {
            changes += 1;
            adjust(&asker, changes).await;
            refund(&asker, changes).await;
        }
    }
}

/// Gives money back, of an order that was paid.
async fn refund(asker: &Asker, number: u64) {
    let mut orders = asker.town.orders.borrow().clone();
    if orders.is_empty() {
        return;
    }
    let order = orders.swap_remove(usize::try_from(asker.chance.below(orders.len() as u64)).expect("few"));
    let amount = asker.chance.percent(60).then(|| asker.chance.within(1..=price().amount));
    let restock = asker.chance.percent(40);
    let scope = Scope {
        principal: "operator".to_owned(),
        route: format!("POST /v1/orders/{order}/refunds"),
        key: format!("refund-{number}"),
    };
    let refund = || {
        let id = RefundId::new(order.shard(), asker.millis(), asker.chance.next());
        let refund = Refund { id, order, amount, restock };
        Ask::Command(Command::Refund(refund), Some(scope.clone()))
    };
    asker.settle(order.shard(), refund).await;
}

async fn adjust(asker: &Asker, number: u64) {
    let product = asker.chance.pick(&asker.town.shelf.products);
    let units = i64::try_from(asker.chance.within(1..=4)).expect("a small number");
    let delta = if asker.chance.percent(60) { units } else { -units };
    let adjust = || {
        let id = AdjustmentId::new(product.shard, asker.millis(), asker.chance.next());
        let reason = "counted again".parse().expect("a reason");
        let command = AdjustStock { id, product: product.id.clone(), delta, reason };
        let scope = Scope {
            principal: "operator".to_owned(),
            route: format!("POST /v1/products/{}/stock", product.id),
            key: format!("adjust-{number}"),
        };
        Ask::Command(Command::AdjustStock(command), Some(scope))
    };
    asker.settle(product.shard, adjust).await;
}
