//! The bank: the payment provider's simulator, in the test's own process, so that it outlives whatever is done to the
//! nodes and its ledger can be read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::future::ready;
use std::time::Duration;

use simulator::{Account, AuditedKey, IntentStatus, Options, Running, Script, Simulator, Webhooks};

use super::intent::Intent;
use super::local::Cluster;
use super::settings::{Ports, WEBHOOKS};
use super::wait::until;

/// How many accounts the nodes are paid at.
const ACCOUNTS: u16 = 4;
/// How long it may take until nothing is on hold and nothing on its way back: waits between tries double up to a minute.
const SETTLED_WITHIN: Duration = Duration::from_secs(60);
/// How many intents are shown when a test fails.
const SHOWN_MAX: usize = 12;

/// The bank. Dropped because the test fails, it tells what faults there were and which intents are not at their end.
pub(crate) struct Bank {
    running: Running,
    secrets: BTreeMap<String, String>,
}

impl Bank {
    /// Opens the bank of a cluster of which nothing runs yet, with the faults of a script. Its dice are the cluster's
    /// seed's.
    pub(crate) async fn open(cluster: &Cluster, faults: &str) -> Bank {
        let faults = Script::parse(&format!("seed = {}\n{faults}", cluster.seed)).expect("a script");
        let options = Options {
            listen: cluster.ports.bank(),
            accounts: (1..=ACCOUNTS).map(Account::numbered).collect(),
            faults,
            // A node that was killed is told again soon.
            webhooks: Webhooks { first_retry: Duration::from_secs(1), ..Webhooks::default() },
            ..Options::new(cluster.file("bank"))
        };
        let running = Simulator::start(options).await.expect("its port is free");
        let mut secrets = BTreeMap::new();
        for (number, account) in (1..).zip(running.accounts()) {
            let node = u64::from((number - 1) % 3 + 1);
            let url = format!("http://{}{WEBHOOKS}", cluster.ports.http(node));
            let secret = running.subscribe(account, url).expect("the account is its own");
            std::fs::write(cluster.file(&secret_file(number)), &secret).expect("written");
            secrets.insert(account.id.clone(), secret);
        }
        Bank { running, secrets }
    }

    /// Every intent of every account.
    pub(crate) fn ledger(&self) -> Vec<Intent> {
        self.running.audit().accounts.iter().flat_map(Intent::of).collect()
    }

    /// What the events of an account are signed with.
    pub(crate) fn secret(&self, account: &str) -> &str {
        &self.secrets[account]
    }

    /// What the simulator finds wrong with itself.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.running.audit().accounts.into_iter().flat_map(|account| account.totals.violations).collect()
    }

    /// How often each rule of the script has struck.
    pub(crate) fn faults_struck(&self) -> Vec<u64> {
        self.running.faults_struck()
    }

    /// Waits until no money is on hold and none on its way back.
    pub(crate) async fn settles(&self) {
        until("no money is on hold or on its way back", SETTLED_WITHIN, || {
            let open = |intent: &Intent| intent.holds_money() || intent.refunding > 0;
            ready(!self.ledger().iter().any(open))
        })
        .await;
    }

    /// All that the ledger has about the reservations that `violations` name.
    pub(crate) fn about(&self, violations: &[String]) -> String {
        let named = |reservation: &String| violations.iter().any(|what| what.contains(reservation));
        self.dossier(|intent| intent.metadata.get("reservation").is_some_and(named))
    }

    fn dossier(&self, is_shown: impl Fn(&simulator::AuditedIntent) -> bool) -> String {
        let mut text = String::new();
        let accounts = self.running.audit().accounts;
        let intents =
            accounts.iter().flat_map(|account| account.intents.iter().map(move |intent| (account, intent)));
        let shown = intents.filter(|(_, intent)| is_shown(intent));
        for (account, intent) in shown.clone().take(SHOWN_MAX) {
            writeln!(text, "{}: {intent:?}", account.account).expect("a text takes more text");
            let is_about =
                |key: &&AuditedKey| intent.metadata.get("reservation").is_some_and(|id| key.key.contains(id));
            for key in account.keys.iter().filter(is_about) {
                writeln!(text, "    {key:?}").expect("a text takes more text");
            }
        }
        let count = shown.count();
        if count > SHOWN_MAX {
            writeln!(text, "and {} more", count - SHOWN_MAX).expect("a text takes more text");
        }
        text
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        eprintln!("--- the bank; its faults struck {:?}; what is not at its end:", self.faults_struck());
        eprintln!("{}", self.dossier(|intent| is_open(intent.status)));
    }
}

/// Whether something will still happen. An intent that was never confirmed does not say so: nobody may know of it, since
/// the answer that told its id was lost.
fn is_open(status: IntentStatus) -> bool {
    !matches!(status, IntentStatus::Succeeded | IntentStatus::Canceled | IntentStatus::RequiresConfirmation)
}

/// The section of the configuration that tells nodes of their bank.
pub(super) fn section(ports: Ports, recheck: Option<&str>) -> String {
    let mut text = format!("\n[payment]\nbase_url = \"http://{}\"\n", ports.bank());
    text.extend(recheck.map(|every| format!("refund_recheck = \"{every}\"\n")));
    for number in 1..=ACCOUNTS {
        let account = Account::numbered(number);
        let (secret, public, file) = (account.secret_key, account.publishable_key, secret_file(number));
        write!(
            text,
            "\n[[payment.account]]\nname = \"account-{number}\"\nsecret_key = \"{secret}\"\n\
             publishable_key = \"{public}\"\nwebhook_secrets = [\"file:{file}\"]\n"
        )
        .expect("a text takes more text");
    }
    text
}

fn secret_file(account: u16) -> String {
    format!("webhook-{account}.secret")
}
