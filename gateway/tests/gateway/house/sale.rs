//! Commands and questions, settled by the engine at once.

use std::future::pending;
use std::sync::Arc;
use std::time::Instant;

use engine::view::ProductView;
use engine::{Answer, Fingerprint, LogTime, Outcome, ProductId, Proposal, Query, Refusal, ShardId};
use gateway::port::{Sale, Settled, Submission, Unsettled};

use super::{Fault, House, SECRET, SHARDS};

impl Sale for House {
    fn shards(&self) -> u16 {
        SHARDS
    }

    async fn submit(&self, submission: Submission) -> Result<Settled, Unsettled> {
        match self.next_fault() {
            None => {}
            Some(Fault::Unsettled(unsettled)) => return Err(unsettled),
            Some(Fault::Refused(refusal)) => return Ok(Settled::Refused(refusal)),
            Some(Fault::Answered(answer)) => return Ok(Settled::Done { answer, replayed: false }),
            Some(Fault::Panic) => panic!("a fault of the test's making"),
            Some(Fault::Hang) => pending().await,
            Some(Fault::Held(gate)) => gate.pass().await,
        }
        Ok(self.settle(submission))
    }

    async fn ask(
        &self,
        shard: ShardId,
        query: Query,
        _deadline: Instant,
    ) -> Result<Result<Answer, Refusal>, Unsettled> {
        match self.next_fault() {
            None => {}
            Some(Fault::Unsettled(unsettled)) => return Err(unsettled),
            Some(Fault::Refused(refusal)) => return Ok(Err(refusal)),
            Some(Fault::Answered(answer)) => return Ok(Ok(answer)),
            Some(Fault::Panic) => panic!("a fault of the test's making"),
            Some(Fault::Hang) => pending().await,
            Some(Fault::Held(gate)) => gate.pass().await,
        }
        Ok(self.shards.lock().expect("no test panics here")[usize::from(shard.0)].query(&query))
    }

    fn product(&self, product: &ProductId) -> Option<Arc<ProductView>> {
        let shard = ShardId::of_product(product, SHARDS);
        let shards = self.shards.lock().expect("no test panics here");
        shards[usize::from(shard.0)].product(product).map(Arc::new)
    }

    fn products(&self, after: Option<&ProductId>, limit: usize) -> Vec<Arc<ProductView>> {
        let shards = self.shards.lock().expect("no test panics here");
        let mut all: Vec<ProductView> = shards.iter().flat_map(engine::Shard::products).collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        let behind = all.into_iter().filter(|product| after.is_none_or(|after| product.id > *after));
        behind.take(limit).map(Arc::new).collect()
    }
}

impl House {
    /// A product as it is.
    pub(crate) fn product_view(&self, id: &str) -> ProductView {
        let id = id.parse().expect("a product id");
        self.product(&id).map(|product| (*product).clone()).expect("a product")
    }

    fn settle(&self, submission: Submission) -> Settled {
        let Submission { shard, command, scope, .. } = submission;
        let key = scope.map(|scope| Fingerprint::of(&SECRET, &scope, &command));
        let proposal = Proposal { command, key, not_after: LogTime::NEVER };
        let outcome = self.apply(shard, vec![proposal]).pop().expect("one outcome for one proposal");
        let (done, replayed) = match outcome {
            Outcome::Done(done) => (done, false),
            Outcome::Replayed(done) => (done, true),
            Outcome::Refused(refusal) => return Settled::Refused(refusal),
        };
        let shards = self.shards.lock().expect("no test panics here");
        Settled::Done { answer: shards[usize::from(shard.0)].answer(&done), replayed }
    }
}
