//! Pacing under virtual time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::limits::PAYMENT_WINDOW;
use engine::vocabulary::text::AccountName;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance, sleep};

use super::*;
use crate::client::{Endpoint, Limited};
use crate::config::{Account, Accounts, Rates, Secret};

const STEPS: [Endpoint; 3] = [Endpoint::CreateIntent, Endpoint::ConfirmIntent, Endpoint::CaptureIntent];

fn name(text: &str) -> AccountName {
    AccountName::new(text).expect("a name")
}

fn accounts(names: &[&str]) -> Accounts {
    let account = |&text: &&str| Account {
        name: name(text),
        secret_key: Secret::new(&format!("sk_test_{text}")).expect("a secret"),
        publishable_key: "pk_test_1".to_owned(),
        rates: Rates::default(),
        retired: false,
    };
    Accounts::new(names.iter().map(account).collect()).expect("good accounts")
}

type Log = Arc<Mutex<BTreeMap<(AccountName, Endpoint), Vec<Duration>>>>;

/// How long an authorization can be captured.
const CAPTURE_WITHIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Takes an order's turns, due as the saga has them due, and writes down when it got them. Its units are given back at
/// `release_by`: it is lost for waiting if it has no turn to be confirmed by then, or within its window.
async fn order(pacer: Arc<Pacer>, log: Log, account: AccountName, release_by: Instant, began: Instant) {
    pacer.begin(&account, Some(release_by)).await.expect("a turn to begin");
    let window = Duration::from_millis(PAYMENT_WINDOW.0);
    let pay_by = (Instant::now() + window).min(release_by);
    for endpoint in STEPS {
        let due = if endpoint == Endpoint::CaptureIntent { began + CAPTURE_WITHIN } else { pay_by };
        pacer.turn(&account, endpoint, Some(due)).await.expect("a turn");
        let (at, due) = (began.elapsed(), due - began);
        assert!(at <= due, "{endpoint:?} at {account} had its turn at {at:?} and was due at {due:?}");
        log.lock().expect("the log").entry((account.clone(), endpoint)).or_default().push(at);
    }
}

/// The most that fell into any second.
fn busiest_second(times: &[Duration]) -> usize {
    let second = Duration::from_secs(1);
    let within = |from: Duration| times.iter().filter(move |at| **at >= from && **at < from + second).count();
    times.iter().map(|from| within(*from)).max().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_orders_drain_at_the_permitted_rate_and_no_faster_and_none_is_late() {
    let names = ["a", "b", "c", "d", "e"];
    let pacer = Arc::new(Pacer::new(&accounts(&names)));
    let (admission, log, began) = (pacer.admission(), Log::default(), Instant::now());
    let mut orders = JoinSet::new();
    for n in 0..10_000_u64 {
        let account = name(names[usize::try_from(n % 5).expect("small")]);
        // Half a second more than admission wants for those before it at the account, so that nobody can be let past another:
        // 24.5 a second, and three seconds under way.
        let behind = u32::try_from(n / 5).expect("two thousand");
        let release_by = began + Duration::from_millis(3_500) + Duration::from_secs(2) * (behind + 1) / 49;
        admission.would_be_served_by(&account, release_by).expect("each is in time");
        orders.spawn(order(Arc::clone(&pacer), Arc::clone(&log), account, release_by, began));
    }
    while let Some(ended) = orders.join_next().await {
        ended.expect("an order");
    }
    let seconds = began.elapsed().as_secs_f64();
    // 2,000 orders an account, 25 a second at each of three endpoints: 80 seconds and the pipeline's ends.
    assert!(seconds <= 80.0 / 0.95, "{seconds} s");
    pacer.shutdown().await;
    let log = log.lock().expect("the log");
    assert_eq!(log.len(), 15);
    for (of, times) in log.iter() {
        assert_eq!(times.len(), 2_000, "{of:?}");
        assert!(busiest_second(times) <= 25, "{of:?}: {} in a second", busiest_second(times));
    }
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_the_account_holds_over_all_endpoints() {
    let pacer = Arc::new(Pacer::new(&accounts(&["a"])));
    let began = Instant::now();
    let mut calls = JoinSet::new();
    for n in 0..9 * 25 {
        let (pacer, endpoint) = (Arc::clone(&pacer), Endpoint::ALL[n % 9]);
        calls.spawn(async move {
            pacer.turn(&name("a"), endpoint, None).await.expect("a turn");
            began.elapsed()
        });
    }
    let times = calls.join_all().await;
    assert!(busiest_second(&times) <= 100, "{}", busiest_second(&times));
    assert!(began.elapsed() <= Duration::from_secs_f64(2.25 / 0.95), "{:?}", began.elapsed());
    pacer.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_due_first_goes_first_and_who_leaves_gives_up_the_place() {
    let pacer = Arc::new(Pacer::new(&accounts(&["a"])));
    let began = Instant::now();
    pacer.turn(&name("a"), Endpoint::CreateIntent, None).await.expect("the first turn");
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut calls = JoinSet::new();
    for due in [None, Some(30), Some(10), Some(20)] {
        let (pacer, order) = (Arc::clone(&pacer), Arc::clone(&order));
        calls.spawn(async move {
            let at = due.map(|due| began + Duration::from_secs(due));
            pacer.turn(&name("a"), Endpoint::CreateIntent, at).await.expect("a turn");
            order.lock().expect("the order").push(due);
        });
    }
    let account = name("a");
    let leaver = pacer.turn(&account, Endpoint::CreateIntent, Some(began));
    let left = tokio::time::timeout(Duration::from_millis(1), leaver).await;
    assert!(left.is_err(), "the next turn is later");
    assert_eq!(pacer.waiting("a"), 4);
    calls.join_all().await;
    assert_eq!(*order.lock().expect("the order"), [Some(10), Some(20), Some(30), None]);
    assert!(began.elapsed() >= Duration::from_millis(120), "{:?}", began.elapsed());
    pacer.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn complaints_slow_an_account_down_and_leave_the_others_alone() {
    let pacer = Pacer::new(&accounts(&["a", "b"]));
    let twenty = async |account: &str| {
        let began = Instant::now();
        for _ in 0..20 {
            pacer.turn(&name(account), Endpoint::ConfirmIntent, None).await.expect("a turn");
        }
        began.elapsed()
    };
    let before = twenty("a").await;
    pacer.complained(&name("a"), Endpoint::ConfirmIntent, Limited::Endpoint, None);
    let (after, other) = (twenty("a").await, twenty("b").await);
    assert!(after > before.mul_f64(1.7), "{before:?}, then {after:?}");
    assert!(other <= before + Duration::from_millis(40), "{before:?}, the other {other:?}");
    advance(Duration::from_secs(30)).await;
    let later = twenty("a").await;
    assert!(later <= before + Duration::from_millis(40), "{before:?}, at last {later:?}");
    pacer.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_would_be_late_is_refused_at_once() {
    let pacer = Pacer::new(&accounts(&["a", "b"]));
    let admission = pacer.admission();
    let deadline = Instant::now() + Duration::from_secs(120);
    let admitted = (0..10_000).filter(|_| admission.would_be_served_by("a", deadline).is_ok()).count();
    // A little less than 25 a second for the 117 seconds that are left after what is under way.
    assert!((2_840..=2_925).contains(&admitted), "{admitted}");
    let refused = admission.would_be_served_by("a", deadline).expect_err("there is no room");
    assert!(refused.0 <= Duration::from_secs(1), "{refused}");
    assert!(admission.would_be_served_by("b", deadline).is_ok());
    assert!(admission.would_be_served_by("none", deadline).is_err());
    advance(Duration::from_secs(6)).await;
    assert!(admission.would_be_served_by("a", deadline).is_ok(), "who never came does not count for ever");
    pacer.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_promise_that_is_given_back_makes_room_for_one_payment() {
    let pacer = Pacer::new(&accounts(&["a", "b"]));
    let admission = pacer.admission();
    let deadline = Instant::now() + Duration::from_secs(10);
    let admit = |account| admission.would_be_served_by(account, deadline).is_ok();
    assert!((0..1_000).filter(|_| admit("a")).count() > 100);
    assert!(!admit("a") && admit("b"));
    for _ in 0..3 {
        admission.forgo("a");
    }
    assert_eq!((0..10).filter(|_| admit("a")).count(), 3);
    // Nobody was promised anything there: nothing is owed for it either.
    let empty = Pacer::new(&accounts(&["a"]));
    ["a", "none"].iter().for_each(|account| empty.admission().forgo(account));
    assert!(empty.admission().would_be_served_by("a", deadline).is_ok());
    pacer.shutdown().await;
    empty.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_admitted_is_served_in_time() {
    let pacer = Arc::new(Pacer::new(&accounts(&["a"])));
    let (admission, log, began) = (pacer.admission(), Log::default(), Instant::now());
    let due = began + Duration::from_secs(40);
    let mut orders = JoinSet::new();
    let mut refused = 0;
    // Half a minute in which forty a second want to pay, of whom twenty-five can.
    for _ in 0..30 * 40 {
        sleep(Duration::from_millis(25)).await;
        match admission.would_be_served_by("a", due) {
            Ok(()) => {
                orders.spawn(order(Arc::clone(&pacer), Arc::clone(&log), name("a"), due, began));
            }
            Err(_) => refused += 1,
        }
    }
    let _ended = orders.join_all().await;
    pacer.shutdown().await;
    let log = log.lock().expect("the log");
    let confirmed = &log[&(name("a"), Endpoint::ConfirmIntent)];
    assert!(confirmed.iter().all(|at| *at <= Duration::from_secs(40)), "{:?}", confirmed.last());
    assert_eq!(refused + confirmed.len(), 1_200);
    assert!(confirmed.len() >= 880, "{} confirmed of about 900 that can be", confirmed.len());
}

#[tokio::test(start_paused = true)]
async fn a_payment_begins_when_its_first_call_is_about_to_have_its_turn() {
    let pacer = Arc::new(Pacer::new(&accounts(&["a"])));
    let began = Instant::now();
    let mut orders = JoinSet::new();
    for n in 0..5_000 {
        let pacer = Arc::clone(&pacer);
        orders.spawn(async move {
            let due = began + Duration::from_secs(900) + Duration::from_millis(n);
            pacer.begin(&name("a"), Some(due)).await.expect("a turn to begin");
            // The log takes its time to record that it began.
            sleep(Duration::from_millis(200)).await;
            let begun = Instant::now();
            for endpoint in &STEPS[..2] {
                pacer
                    .turn(&name("a"), *endpoint, Some(begun + Duration::from_secs(120)))
                    .await
                    .expect("a turn");
            }
            begun.elapsed()
        });
    }
    let times = orders.join_all().await;
    let longest = times.iter().max().expect("five thousand");
    assert!(*longest <= Duration::from_secs(4), "a payment took {longest:?} from its beginning");
    let seconds = began.elapsed().as_secs_f64();
    assert!(seconds <= 200.0 / 0.95, "turns were left unused: {seconds} s");
    pacer.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn what_begins_and_never_calls_keeps_nobody_waiting() {
    let pacer = Pacer::new(&accounts(&["a"]));
    let began = Instant::now();
    for _ in 0..100 {
        pacer.begin(&name("a"), None).await.expect("a turn to begin");
    }
    assert!(began.elapsed() >= Duration::from_secs(5), "more began than could call: {:?}", began.elapsed());
    assert!(began.elapsed() <= Duration::from_secs(11), "{:?}", began.elapsed());
    pacer.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn what_may_be_done_however_late_has_its_share_of_a_busy_account() {
    let pacer = Arc::new(Pacer::new(&accounts(&["a"])));
    let began = Instant::now();
    let mut busy = JoinSet::new();
    // Four endpoints that are always wanted use up all that the account permits.
    for n in 0..4 * 2_000 {
        let (pacer, endpoint) = (Arc::clone(&pacer), Endpoint::ALL[n % 4]);
        busy.spawn(async move {
            let _ended = pacer.turn(&name("a"), endpoint, Some(began + Duration::from_secs(60))).await;
        });
    }
    tokio::task::yield_now().await;
    for endpoint in
        [Endpoint::CancelIntent, Endpoint::CancelIntent, Endpoint::GetIntent, Endpoint::CaptureIntent]
    {
        let from = Instant::now();
        for _ in 0..25 {
            pacer.turn(&name("a"), endpoint, None).await.expect("a turn");
        }
        assert!(from.elapsed() <= Duration::from_secs(3), "{endpoint:?}: {:?}", from.elapsed());
    }
    assert!(pacer.waiting("a") > 4 * 1_000, "the account was busy all the time");
    pacer.shutdown().await;
    busy.join_all().await;
}

#[test]
fn neither_kind_keeps_the_other_out() {
    let mut line = line::Line::new(&accounts(&["a"]));
    let (second, never) = (Duration::from_secs(1), Duration::MAX);
    let mut fill = |wish, due| {
        (0..).find_map(|_| line.enqueue("a", wish, due, ()).err().map(|e| (e, line.waiting("a"))))
    };
    let (calls, begin) = (line::Wish::Call(Endpoint::CancelIntent), line::Wish::Begin);
    assert_eq!(fill(calls, second), Some((NotPaced::Full, 50_000)));
    assert_eq!(fill(calls, never), Some((NotPaced::Full, 100_000)));
    assert_eq!(fill(begin, second), Some((NotPaced::Full, 100_000)));
}

#[tokio::test(start_paused = true)]
async fn a_pacer_that_ends_tells_those_who_wait() {
    let pacer = Arc::new(Pacer::new(&accounts(&["a"])));
    pacer.turn(&name("a"), Endpoint::GetIntent, None).await.expect("the first turn");
    let waiter = Arc::clone(&pacer);
    let waiting = tokio::spawn(async move { waiter.turn(&name("a"), Endpoint::GetIntent, None).await });
    tokio::task::yield_now().await;
    pacer.shutdown().await;
    assert_eq!(waiting.await.expect("no panic"), Err(NotPaced::Ended));
    assert_eq!(pacer.turn(&name("a"), Endpoint::GetIntent, None).await, Err(NotPaced::Ended));
    assert_eq!(pacer.waiting("a"), 0);
    let unknown = Pacer::new(&accounts(&["a"]));
    assert_eq!(unknown.turn(&name("x"), Endpoint::GetIntent, None).await, Err(NotPaced::NoAccount));
    unknown.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_permits_less_is_not_stormed() {
    let pacer = Pacer::new(&accounts(&["a"]));
    let began = Instant::now();
    let (mut taken, mut refused) = (Vec::<Duration>::new(), 0_u32);
    // It takes ten a second where twenty-five are configured, perhaps because another node calls it, too.
    while began.elapsed() < Duration::from_secs(120) {
        pacer.turn(&name("a"), Endpoint::ConfirmIntent, None).await.expect("a turn");
        let now = began.elapsed();
        let lately = taken.iter().rev().take_while(|at| **at + Duration::from_secs(1) > now).count();
        if lately < 10 {
            taken.push(now);
        } else {
            refused += 1;
            pacer.complained(&name("a"), Endpoint::ConfirmIntent, Limited::Endpoint, None);
        }
    }
    assert!(taken.len() >= 120 * 6, "{} taken of 1,200 that it would take", taken.len());
    assert!(refused <= 60, "{refused} refused");
    pacer.shutdown().await;
}
