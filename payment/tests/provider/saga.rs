//! The saga's shell over real HTTP: from tasks to reports, and its end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::vocabulary::saga::{Finding, Report, SagaTasks, Step};
use engine::{LogTime, ShardId, Span};
use payment::Provider;
use payment::saga::{Applied, Journal, Rhythm, Saga, Unrecorded};
use tokio::sync::mpsc;

use crate::server::{Exchange, Server};
use crate::shop::{self, SHARD};

/// A journal that hands every report to the test, which is the state.
struct Pages(mpsc::Sender<Report>);

impl Journal for Pages {
    async fn report(&self, shard: ShardId, report: Report) -> Result<Applied, Unrecorded> {
        assert_eq!(shard, SHARD);
        self.0.send(report).await.map_err(|_| Unrecorded::NotProposed)?;
        Ok(Applied::Taken)
    }
}

struct Stage {
    saga: Saga,
    provider: Arc<Provider>,
    reports: mpsc::Receiver<Report>,
}

impl Stage {
    fn of(server: &Server) -> Stage {
        let provider = Arc::new(Provider::new(&shop::config(server)).expect("a provider"));
        let (tell, reports) = mpsc::channel(16);
        let began = Instant::now();
        let clock =
            Arc::new(move |_| LogTime(u64::try_from(began.elapsed().as_millis()).expect("a short test")));
        let rhythm = Rhythm { first_retry: Span(20), ..Rhythm::default() };
        let saga = Saga::start(Arc::clone(&provider), Pages(tell), clock, rhythm, 42);
        Stage { saga, provider, reports }
    }

    async fn finding(&mut self) -> Finding {
        let report = self.reports.recv().await.expect("a report");
        assert_eq!((report.reservation, report.attempt), (shop::reservation(), 1));
        report.finding
    }

    fn offer(&self, step: Option<Step>) {
        let tasks = step.map(shop::task).into_iter().collect();
        self.saga.offer(SHARD, vec![SagaTasks { reservation: shop::reservation(), tasks }]);
    }

    async fn end(self) -> payment::metrics::Snapshot {
        self.saga.shutdown().await;
        self.provider.shutdown().await;
        self.saga.metrics()
    }
}

#[tokio::test]
async fn a_payment_goes_through_whatever_the_network_does() {
    let server = Server::playing(vec![
        Exchange::ResetAfter,
        Exchange::ok(&shop::intent("requires_confirmation")),
        Exchange::Stall,
        Exchange::error(409, "idempotency_error", "idempotency_key_in_use"),
        Exchange::ok(&shop::intent("requires_capture")),
        Exchange::ResetBefore,
        Exchange::Answer(500, Vec::new(), String::new()),
        Exchange::ok(&shop::intent("succeeded")),
    ])
    .await;
    let mut stage = Stage::of(&server);
    stage.saga.took(SHARD, vec![shop::task(Step::Begin)]);
    assert_eq!(stage.finding().await, Finding::Begun);
    assert!(server.asked().is_empty(), "nothing is sent before it is recorded that it begins");
    stage.offer(Some(shop::create()));
    assert_eq!(stage.finding().await, Finding::Created("pi_1".parse().expect("an id")));
    stage.offer(Some(shop::confirm()));
    assert_eq!(stage.finding().await, Finding::Authorized { capture_before: None });
    stage.offer(Some(shop::capture()));
    assert_eq!(stage.finding().await, Finding::Captured);
    stage.offer(None);
    let asked = server.asked();
    let keys: Vec<_> = asked.iter().map(|asked| asked.key().rsplit(':').nth(1).expect("a step")).collect();
    assert_eq!(keys, ["create", "create", "confirm", "confirm", "confirm", "capture", "capture"]);
    assert_eq!((&asked[0].body, asked[0].key()), (&asked[1].body, asked[1].key()));
    let metrics = stage.end().await;
    assert_eq!((metrics.reports, metrics.results("done"), metrics.results("in_use")), (4, 3, 1));
}

#[tokio::test]
async fn a_leadership_that_is_lost_ends_the_work_and_a_new_one_begins_it_anew() {
    let server = Server::playing(vec![Exchange::Stall, Exchange::ok(&shop::intent("succeeded"))]).await;
    let mut stage = Stage::of(&server);
    stage.saga.took(SHARD, vec![shop::task(shop::capture())]);
    while server.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    stage.saga.lost(SHARD);
    stage.saga.took(SHARD, vec![shop::task(shop::capture())]);
    assert_eq!(stage.finding().await, Finding::Captured);
    let asked = server.asked();
    assert_eq!(asked[0].key(), asked[1].key());
    stage.end().await;
}

#[tokio::test]
async fn a_saga_ends_although_the_provider_is_silent() {
    let server = Server::playing(vec![Exchange::Stall]).await;
    let stage = Stage::of(&server);
    stage.saga.took(SHARD, vec![shop::task(shop::capture())]);
    while server.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let ended = tokio::time::timeout(Duration::from_secs(10), stage.end()).await;
    assert_eq!(ended.expect("it ends").reports, 0);
}
