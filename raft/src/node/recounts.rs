//! Recounts that do not fit one frame: a replica keeps them for its peers, who take them page by page. So all pages are
//! of one moment, and the state is recounted once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bincode::{Decode, Encode};
use engine::limits::PRODUCTS_PER_SHARD;
use engine::snapshot::ProductAudit;
use tokio::time::{Duration, Instant};

/// How many rows go into one answer: one for each product, and one for each currency that it has takings in. At 230
/// bytes, the most that one takes, they are a third of the largest frame.
const ROWS_PER_PAGE: usize = 12_288;
/// How many recounts a replica keeps: one for each peer that may be asking, and some that nobody finished reading. The
/// next one takes the place of the oldest.
const KEPT_MAX: usize = 4;
/// How long a recount is kept: longer than any peer reads at one.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// Says that an answer has only the first products of a recount, and where the others are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Rest {
    /// Under which number the recount is kept.
    pub(crate) recount: u64,
    /// How many products it has in all.
    pub(crate) products: u64,
}

/// Asks for products of a recount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct PageRequest {
    /// Which recount.
    pub(crate) recount: u64,
    /// From which of its products on.
    pub(crate) from: u64,
}

/// The recounts that a replica keeps.
#[derive(Default)]
pub(super) struct Recounts {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    /// Oldest first.
    kept: VecDeque<Kept>,
}

struct Kept {
    number: u64,
    products: Arc<[ProductAudit]>,
    until: Instant,
}

impl Recounts {
    /// Cuts `products` to what goes into one answer. If that is not all of them, the whole is kept.
    pub(super) fn first(&self, products: &mut Vec<ProductAudit>) -> Option<Rest> {
        let fitting = fitting(products);
        if products.len() == fitting {
            return None;
        }
        let whole: Arc<[ProductAudit]> = products.as_slice().into();
        let count = whole.len() as u64;
        products.truncate(fitting);
        let recount = self.change(|state| {
            if state.kept.len() == KEPT_MAX {
                state.kept.pop_front();
            }
            let number = state.next;
            state.next += 1;
            state.kept.push_back(Kept { number, products: whole, until: Instant::now() + KEPT_FOR });
            number
        });
        Some(Rest { recount, products: count })
    }

    /// The products of a page; nothing if the recount is not kept any more, or has no such page.
    pub(super) fn page(&self, request: PageRequest) -> Option<Vec<ProductAudit>> {
        let products = self.change(|state| {
            let kept = state.kept.iter().find(|kept| kept.number == request.recount)?;
            Some(Arc::clone(&kept.products))
        })?;
        let from = usize::try_from(request.from).ok()?;
        let rest = products.get(from..).filter(|rest| !rest.is_empty())?;
        Some(rest[..fitting(rest)].to_vec())
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        state.kept.retain(|kept| kept.until > now);
        change(&mut state)
    }
}

/// How many of `products` go into one answer. If there are any, at least one does: its currencies are few enough.
fn fitting(products: &[ProductAudit]) -> usize {
    let rows = products.iter().scan(0, |rows, product| {
        *rows += 1 + product.payments.takings.len();
        Some(*rows)
    });
    rows.take_while(|&rows| rows <= ROWS_PER_PAGE).count().max(products.len().min(1))
}

impl Rest {
    /// Which page is missing behind `products`, the first of the recount; nothing once all are there.
    pub(super) fn missing(self, products: &[ProductAudit]) -> Option<PageRequest> {
        let from = products.len() as u64;
        (from < self.products).then_some(PageRequest { recount: self.recount, from })
    }

    /// Adds the page that was missing. `false` if it is no such page: it brings nothing, or more than was announced, or
    /// more than any shard can have.
    pub(super) fn add(self, products: &mut Vec<ProductAudit>, mut page: Vec<ProductAudit>) -> bool {
        let most = usize::try_from(self.products).unwrap_or(usize::MAX).min(PRODUCTS_PER_SHARD);
        let fits = !page.is_empty() && products.len() + page.len() <= most;
        if fits {
            products.append(&mut page);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use engine::snapshot::Payments;
    use engine::view::Alarms;
    use engine::{Currency, Stock, Takings, codec};

    use super::*;

    /// The longest there is.
    fn audit(number: usize) -> ProductAudit {
        let most = u64::MAX;
        ProductAudit {
            product: format!("{number:064}").parse().expect("the longest id"),
            stock: Stock { total: most, available: most, held: most, sold: most, version: most },
            counted_held: most,
            counted_sold: most,
            orders: most,
            frozen: true,
            payments: payments(),
        }
    }

    fn payments() -> Payments {
        let most = u64::MAX;
        Payments {
            pending: most,
            captured: most,
            failed: most,
            paying: most,
            refunds_pending: most,
            refunds_failed: most,
            alarms: Alarms {
                unsettled: most,
                compensating: most,
                capture_failed: most,
                refund_returned: most,
            },
            takings: Vec::new(),
        }
    }

    fn takings(currency: Currency) -> Takings {
        let most = u64::MAX;
        Takings { currency, pending: most, captured: most, refunded: most, refunding: most }
    }

    #[test]
    fn as_many_products_as_a_shard_can_have_travel_in_frames_of_the_usual_size() {
        let frame_bytes_max = crate::peer::Options::new("test", 1).frame_bytes_max;
        let recounts = Recounts::default();
        let whole: Vec<ProductAudit> = (0..PRODUCTS_PER_SHARD).map(audit).collect();
        assert!(codec::encode(&whole).len() > frame_bytes_max, "one frame does not take it");
        let mut products = whole.clone();
        let rest = recounts.first(&mut products).expect("it is cut");
        assert!(codec::encode(&products).len() < frame_bytes_max / 2);
        let mut pages = 0;
        while let Some(missing) = rest.missing(&products) {
            pages += 1;
            let page = recounts.page(missing).expect("it is kept");
            assert!(codec::encode(&page).len() < frame_bytes_max / 2);
            assert!(rest.add(&mut products, page));
        }
        assert!(pages == 8 && products == whole, "{pages} pages");
    }

    #[test]
    fn products_that_were_sold_in_all_currencies_travel_too() {
        let letters = || b'a'..=b'z';
        let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
        let all: Vec<Takings> = codes
            .map(|code| str::from_utf8(&code).expect("letters").parse().expect("a currency"))
            .map(takings)
            .collect();
        let mut products = vec![audit(0); 3];
        products.iter_mut().for_each(|product| product.payments.takings = all.clone());
        let (recounts, whole) = (Recounts::default(), products.clone());
        let rest = recounts.first(&mut products).expect("it is cut");
        assert_eq!(products.len(), 1);
        assert!(codec::encode(&products).len() < crate::peer::Options::new("test", 1).frame_bytes_max / 2);
        while let Some(missing) = rest.missing(&products) {
            assert!(rest.add(&mut products, recounts.page(missing).expect("it is kept")));
        }
        assert!(products == whole);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_kept_is_bounded_in_number_and_time() {
        let recounts = Recounts::default();
        let whole: Vec<ProductAudit> = (0..=ROWS_PER_PAGE).map(audit).collect();
        assert_eq!(recounts.first(&mut whole[1..].to_vec()), None, "one page needs no keeping");
        let rests: Vec<Rest> =
            (0..=KEPT_MAX).map(|_| recounts.first(&mut whole.clone()).expect("it is cut")).collect();
        let last =
            |rest: &Rest| recounts.page(PageRequest { recount: rest.recount, from: ROWS_PER_PAGE as u64 });
        assert_eq!(last(&rests[0]), None, "the oldest gave way");
        assert_eq!(last(&rests[KEPT_MAX]), Some(whole[ROWS_PER_PAGE..].to_vec()));
        assert_eq!(recounts.page(PageRequest { recount: rests[1].recount, from: whole.len() as u64 }), None);
        tokio::time::advance(KEPT_FOR).await;
        assert_eq!(last(&rests[KEPT_MAX]), None);
    }

    #[test]
    fn a_page_that_brings_nothing_or_too_much_is_none() {
        let two = Rest { recount: 0, products: 2 };
        let mut products = vec![audit(0)];
        assert!(!two.add(&mut products, Vec::new()) && !two.add(&mut products, vec![audit(1), audit(2)]));
        assert!(two.missing(&products).is_some());
        assert!(two.add(&mut products, vec![audit(1)]));
        assert_eq!(two.missing(&products), None);
        let endless = Rest { recount: 0, products: u64::MAX };
        let mut products = vec![audit(0); PRODUCTS_PER_SHARD];
        assert!(!endless.add(&mut products, vec![audit(1)]), "no shard has so many");
    }
}
