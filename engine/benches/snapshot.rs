//! How long does a capture stop a shard, what do the writes after it cost, and how fast is a snapshot made and loaded?
//!
//! At 10^6 and 10^7 live holds. Capturing copies a pointer for each group of pages; after it each page that changes is
//! copied once, and its group's pointers, as long as the capture lives. Encoding is measured alone, on this thread.

mod harness;

use engine::{Loader, Span};
use harness::{BATCH, Buyers, Options, ROUNDS, Report, SHARD, Shop, Spent};

/// The product's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DAY: Span = Span::from_secs(86_400);
const WRITES: u64 = 50;

fn main() {
    let options = Options::from_args();
    let report = Report::new("snapshot", options);
    for live in [1_000_000, 10_000_000].map(|live| options.scaled(live)) {
        let mut shop = Shop::new(DAY);
        shop.fill(live, true);
        let (mut pauses, mut under, mut alone) = (Vec::new(), Vec::new(), Vec::new());
        let mut slowest = Spent::default();
        for _ in 0..ROUNDS {
            alone.push(writes(&mut shop, live).0);
            let (pause, capture) = Spent::on(|| shop.shard.capture());
            pauses.push(pause);
            let (all, most) = writes(&mut shop, live);
            under.push(all);
            slowest = slowest.max(most);
            drop(capture);
        }
        report.once(&format!("capture of {live}"), Spent::median(&pauses));
        report.each(&format!("reserve without a capture, {live}"), Spent::median(&alone), WRITES * BATCH);
        report.each(&format!("reserve under a capture, {live}"), Spent::median(&under), WRITES * BATCH);
        report.once(&format!("slowest batch under a capture, {live}"), slowest);
        encode_and_load(&report, shop, live);
    }
}

/// Some batches of buyers from all over: what they cost together, and the most expensive one.
fn writes(shop: &mut Shop, live: u64) -> (Spent, Spent) {
    let one = |_| {
        shop.now.0 += 1;
        let batch = shop.attempts(BATCH, Buyers::Known(live), false);
        shop.apply_all(&batch)
    };
    let add = |(sum, most): (Spent, Spent), spent: Spent| (sum + spent, most.max(spent));
    (0..WRITES).map(one).fold((Spent::default(), Spent::default()), add)
}

fn encode_and_load(report: &Report, shop: Shop, live: u64) {
    let (hash, capture) = (shop.shard.hash(), shop.shard.capture());
    drop(shop);
    let (encoding, chunks) = Spent::on(|| capture.chunks().collect::<Vec<_>>());
    let bytes = chunks.iter().map(|chunk| chunk.len() as u64).sum::<u64>();
    rate(report, &format!("encode {live}"), encoding, bytes);
    let mut loader = Loader::new(SHARD);
    let (feeding, ()) = Spent::on(|| {
        chunks.iter().for_each(|chunk| loader.feed(chunk).expect("it was written just now"));
    });
    let (finishing, loaded) = Spent::on(|| loader.finish().expect("it was written just now"));
    assert_eq!(loaded.hash(), hash);
    rate(report, &format!("load {live}"), feeding + finishing, bytes);
    report.once(&format!("of which after the last chunk {live}"), finishing);
}

fn rate(report: &Report, case: &str, spent: Spent, bytes: u64) {
    let (millis, mib) = (spent.cpu as f64 / 1e6, bytes as f64 / f64::from(1 << 20));
    report.figures(case, &[("ms_cpu", millis), ("mib", mib), ("mib_per_s", mib / millis * 1e3)]);
}
