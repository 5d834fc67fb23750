//! A shard with a few products, and batches of attempts at them.

use engine::command::{Found, PutProduct, Reserve};
use engine::{
    Batch, Command, Description, Event, Fingerprint, LogTime, Money, OrderId, Outcome, PaymentMode,
    ProductId, Proposal, RULES, ReservationId, Shard, ShardId, Span, limits,
};

use super::{BATCH, Spent};

pub(crate) const SHARD: ShardId = ShardId(3);
const START: u64 = 1_795_737_600_000;
const PRODUCTS: u64 = 8;

/// Who attempts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Buyers {
    /// Somebody new each time.
    New,
    /// Anybody of those who have been here before, of whom there are so many.
    Known(u64),
}

/// A shard, what came of its last batch, and numbers for those to come.
pub(crate) struct Shop {
    pub(crate) shard: Shard,
    pub(crate) now: LogTime,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) events: Vec<Event>,
    products: Vec<ProductId>,
    next: u64,
}

impl Shop {
    /// A founded shard whose products are paid outside and held for `hold`, with all the stock that there can be.
    pub(crate) fn new(hold: Span) -> Shop {
        Shop::with(limits::STOCK_MAX, hold, PaymentMode::External)
    }

    /// The same with other products.
    pub(crate) fn with(stock: u64, hold: Span, payment: PaymentMode) -> Shop {
        let mut shop = Shop {
            shard: Shard::new(SHARD),
            now: LogTime(START),
            outcomes: Vec::new(),
            events: Vec::new(),
            products: (0..PRODUCTS).map(|number| text(&format!("shoe-{number}.42"))).collect(),
            next: 0,
        };
        let found = Command::Found(Found { secret: [5; 16] });
        let put = |product: &ProductId| put(product.clone(), stock, hold, payment);
        let commands = [found].into_iter().chain(shop.products.iter().map(put)).collect::<Vec<_>>();
        let batch = shop.batch(commands.into_iter().map(Proposal::of).collect());
        shop.apply(&batch);
        shop
    }

    /// The number of the next reservation.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    pub(crate) fn product(&self, number: u64) -> &ProductId {
        &self.products[usize::try_from(number % PRODUCTS).expect("there are few products")]
    }

    /// A batch of now.
    pub(crate) fn batch(&self, proposals: Vec<Proposal>) -> Batch {
        Batch { now: self.now, rules: RULES, proposals }
    }

    /// The next `count` attempts, with or without an idempotency key each.
    pub(crate) fn attempts(&mut self, count: u64, buyers: Buyers, keyed: bool) -> Batch {
        let numbers = self.next..self.next + count;
        self.next = numbers.end;
        let proposals = numbers.map(|number| {
            let buyer = match buyers {
                Buyers::New => number,
                Buyers::Known(all) => scatter(number) % all,
            };
            Proposal { key: keyed.then(|| key(number)), ..Proposal::of(self.attempt(number, buyer)) }
        });
        self.batch(proposals.collect())
    }

    /// Attempt `number`, of buyer `buyer`.
    pub(crate) fn attempt(&self, number: u64, buyer: u64) -> Command {
        Command::Reserve(Reserve {
            reservation: reservation(number),
            order: order(number),
            product: text(self.product(number)),
            buyer: text(&format!("buyer-{buyer:08}")),
            quantity: 1,
            reference: None,
            purchase: false,
        })
    }

    /// Applies `batch` and keeps what came of it until the next one.
    pub(crate) fn apply(&mut self, batch: &Batch) -> Spent {
        self.outcomes.clear();
        self.events.clear();
        self.now = batch.now;
        let (shard, outcomes, events) = (&mut self.shard, &mut self.outcomes, &mut self.events);
        Spent::on(|| shard.apply(batch, outcomes, events)).0
    }

    /// The same, and all of it must have been done.
    pub(crate) fn apply_all(&mut self, batch: &Batch) -> Spent {
        let spent = self.apply(batch);
        let refused = self.outcomes.iter().find(|outcome| !matches!(outcome, Outcome::Done(_)));
        assert!(refused.is_none(), "{refused:?}");
        spent
    }

    /// New buyers hold a unit each until `live` attempts were made, a millisecond for each batch. Gives what the
    /// slowest one took.
    pub(crate) fn fill(&mut self, live: u64, keyed: bool) -> Spent {
        let mut slowest = Spent::default();
        while self.next < live {
            self.now.0 += 1;
            let batch = self.attempts(BATCH.min(live - self.next), Buyers::New, keyed);
            slowest = slowest.max(self.apply_all(&batch));
        }
        slowest
    }
}

pub(crate) fn reservation(number: u64) -> ReservationId {
    ReservationId::new(SHARD, START, scatter(number))
}

pub(crate) fn order(number: u64) -> OrderId {
    OrderId::new(SHARD, START, scatter(number))
}

/// A key of its own: what the gateway would make of scope and request.
pub(crate) fn key(number: u64) -> Fingerprint {
    let half = scatter(number).to_le_bytes();
    let [a, b, c, d, e, f, g, h] = half;
    Fingerprint { scope: [a, b, c, d, e, f, g, h, h, g, f, e, d, c, b, a], request: [h; 16] }
}

/// A bounded text of any type.
pub(crate) fn text<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("the benches write well-formed texts")
}

pub(crate) fn price(amount: u64) -> Money {
    Money { amount, currency: text("usd") }
}

/// A number without order, another for each: splitmix64's finalizer, which is a bijection.
pub(crate) fn scatter(number: u64) -> u64 {
    let a = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let b = (a ^ (a >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let c = (b ^ (b >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    c ^ (c >> 31)
}

fn put(product: ProductId, stock: u64, hold: Span, payment: PaymentMode) -> Command {
    let description = Description {
        name: text("A shoe"),
        price: price(100),
        stock,
        max_per_buyer: 1_000,
        max_per_buyer_in_group: None,
        hold,
        opens_at: LogTime(START),
        closes_at: None,
        payment,
        lanes: 1,
    };
    Command::PutProduct(Box::new(PutProduct { product, description, if_revision: None }))
}
