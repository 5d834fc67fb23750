//! A shop: its configuration, a task, and what the provider answers.

use std::time::Duration;

use engine::vocabulary::saga::{Step, Task};
use engine::vocabulary::text::AccountName;
use engine::{BuyerId, LogTime, Money, OrderId, ProductId, ReservationId, ShardId};
use payment::config::{Account, Accounts, BaseUrl, Config, Rates, Secret, Timeouts};

use crate::server::Server;

pub(crate) const SHARD: ShardId = ShardId(7);
pub(crate) const SECRET: &str = "sk_test_very_secret";

pub(crate) fn intent(status: &str) -> String {
    format!(
        r#"{{"id": "pi_1", "object": "payment_intent", "status": "{status}", "amount": 99900, "currency": "usd"}}"#
    )
}

pub(crate) fn eu() -> AccountName {
    "eu".parse().expect("a name")
}

pub(crate) fn reservation() -> ReservationId {
    ReservationId::new(SHARD, 1_763_856_000_000, 1)
}

pub(crate) fn task(step: Step) -> Task {
    Task {
        reservation: reservation(),
        attempt: 1,
        account: eu(),
        product: ProductId::new("iphone-17").expect("an id"),
        buyer: BuyerId::new("b-1").expect("an id"),
        price: Money { amount: 99_900, currency: "usd".parse().expect("a currency") },
        since: LogTime(0),
        due: LogTime(120_000),
        noticed: None,
        step,
    }
}

pub(crate) fn create() -> Step {
    Step::Create { method: "pm_card_visa".parse().expect("a card") }
}

pub(crate) fn confirm() -> Step {
    let method = "pm_card_visa".parse().expect("a card");
    Step::Confirm { intent: "pi_1".parse().expect("an id"), method, return_url: None }
}

pub(crate) fn capture() -> Step {
    let order = OrderId::new(SHARD, 1_763_856_000_000, 2);
    Step::Capture { intent: "pi_1".parse().expect("an id"), order }
}

pub(crate) fn config_at(base: &str) -> Config {
    let account = Account {
        name: eu(),
        secret_key: Secret::new(SECRET).expect("a secret"),
        publishable_key: "pk_test_1".to_owned(),
        rates: Rates { account: 10_000.0, endpoint: 10_000.0 },
        retired: false,
    };
    let short = Duration::from_millis(150);
    let timeouts = Timeouts { connect: short, read: short, create: short, confirm: short, settle: short };
    Config {
        base_url: BaseUrl::new(base, false).expect("a base URL"),
        accounts: Accounts::new(vec![account]).expect("good accounts"),
        webhook_secrets: Vec::new(),
        timeouts,
        refund_recheck: Duration::from_secs(86_400),
    }
}

pub(crate) fn config(server: &Server) -> Config {
    config_at(&format!("http://{}", server.address))
}
