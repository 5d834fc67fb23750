//! A simulator to test, in a directory of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use simulator::{Account, Options, Rates, Running, Script, Simulator, Time};
use tempfile::TempDir;

use crate::client::{Answer, Client};

/// When virtual clocks begin: 2026-11-01.
pub(crate) const BEGIN_MS: i64 = 1_793_491_200_000;

/// A running simulator and its directory.
pub(crate) struct Fixture {
    pub(crate) running: Running,
    pub(crate) directory: TempDir,
}

/// Options on a free port, without rate limits, on a virtual clock.
pub(crate) fn options(directory: &TempDir) -> Options {
    let connected = Account { platform: Some(Account::numbered(1).id), ..Account::numbered(3) };
    Options {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        rates: Rates { account: None, endpoint: None },
        clock: Time::Virtual(Some(BEGIN_MS)),
        accounts: vec![Account::numbered(1), Account::numbered(2), connected],
        ..Options::new(directory.path())
    }
}

impl Fixture {
    pub(crate) async fn new() -> Fixture {
        Fixture::with(|_| {}).await
    }

    /// With these faults.
    pub(crate) async fn faulty(script: &str) -> Fixture {
        let faults = Script::parse(script).expect("a script");
        Fixture::with(|options| options.faults = faults).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Fixture {
        let directory = tempfile::tempdir().expect("a directory");
        let mut options = options(&directory);
        change(&mut options);
        let running = Simulator::start(options).await.expect("a simulator");
        Fixture { running, directory }
    }

    /// Stops it in good order and starts it again from its ledger, at the same address.
    pub(crate) async fn restarted(self) -> Fixture {
        let listen = self.running.address;
        self.running.shutdown().await;
        let options = Options { listen, ..options(&self.directory) };
        let running = Simulator::start(options).await.expect("a simulator");
        Fixture { running, directory: self.directory }
    }

    /// A caller with the first account's secret key.
    pub(crate) fn client(&self) -> Client {
        self.caller("sk_test_flashsale_0001")
    }

    pub(crate) fn caller(&self, key: &str) -> Client {
        Client::new(self.running.url(), key)
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.running.advance(Duration::from_secs(seconds)).expect("a virtual clock");
    }
}

/// An intent for cards, captured by hand, that is not confirmed.
pub(crate) const PLAIN: &[(&str, &str)] = &[
    ("amount", "2000"),
    ("currency", "usd"),
    ("capture_method", "manual"),
    ("payment_method_types[0]", "card"),
];

/// Creates and confirms an intent with this card, to be captured by hand.
pub(crate) async fn pay(client: &Client, card: &str) -> Answer {
    let form = [PLAIN, &[("payment_method", card), ("confirm", "true")]].concat();
    client.post("/v1/payment_intents", &form).await
}

/// A captured intent of this card.
pub(crate) async fn captured(client: &Client, card: &str) -> String {
    let id = pay(client, card).await.is(200).at("/id").to_owned();
    client.post(&format!("/v1/payment_intents/{id}/capture"), &[]).await.is(200);
    id
}
