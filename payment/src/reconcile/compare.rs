//! The comparison: our sales by intent, struck off as the provider's ledger goes by. The provider gives no id twice, at
//! whichever account.

use std::collections::BTreeMap;

use engine::vocabulary::text::AccountName;

use super::agreement;
use super::difference::{Difference, Reconciliation};
use super::doubt::{Doubt, Stray};
use super::money::{Back, held, kept};
use super::sale::{Sale, Taken};
use crate::client::Intent;

/// Sales that the ledger has not shown yet. Takes memory for each sale.
#[derive(Debug)]
pub(super) struct Comparison {
    sales: BTreeMap<String, Sale>,
    found: Reconciliation,
}

impl Comparison {
    pub(super) fn of(sales: impl IntoIterator<Item = Sale>) -> Comparison {
        let keyed = |sale: Sale| (sale.intent.to_string(), sale);
        let sales: BTreeMap<_, _> = sales.into_iter().map(keyed).collect();
        let orders = u64::try_from(sales.len()).unwrap_or(u64::MAX);
        Comparison { sales, found: Reconciliation { orders, ..Reconciliation::default() } }
    }

    /// The ledger has this intent. Gives what is to be held against our books as they are now.
    pub(super) fn shown(&mut self, account: &AccountName, intent: &Intent) -> Option<Doubt> {
        let sale = self.sales.remove(&intent.id);
        match (sale, intent.metadata("reservation")) {
            (Some(sale), _) => {
                self.found.intents += 1;
                let found = agreement::of_sale(account, &sale, intent, Back::told_by(intent));
                (!found.is_empty()).then(|| Doubt::Differs(Box::new(sale)))
            }
            (None, Some(reservation)) => {
                self.found.intents += 1;
                let has_money = kept(intent) > 0 || held(intent) > 0;
                has_money.then(|| Doubt::Stray(Stray::about(intent, reservation.to_owned())))
            }
            (None, None) => {
                self.found.foreign += 1;
                None
            }
        }
    }

    /// This is what was left of a doubt.
    pub(super) fn stands(&mut self, settled: Vec<Difference>) {
        settled.into_iter().for_each(|difference| self.found.note(difference));
    }

    /// The ledger has no more. What it lacks of sales that were read before it, it never had: there is nothing to look at again.
    pub(super) fn finish(mut self) -> Reconciliation {
        for sale in std::mem::take(&mut self.sales).into_values() {
            if sale.is_due && sale.taken != Taken::Failed {
                self.found.note(agreement::missing(&sale, None));
            }
        }
        self.found
    }
}

#[cfg(test)]
mod tests {
    use engine::{Money, OrderId, ReservationId, ShardId};
    use serde_json::json;

    use super::*;
    use crate::reconcile::Standing;

    fn eu() -> AccountName {
        "eu".parse().expect("a name")
    }

    fn sale(n: u64, taken: Taken, refunded: u64) -> Sale {
        Sale {
            order: OrderId::new(ShardId(1), 1, n),
            reservation: ReservationId::new(ShardId(1), 2, n),
            intent: format!("pi_{n}").parse().expect("an id"),
            price: Money { amount: 500, currency: "usd".parse().expect("a currency") },
            taken,
            refunded,
            is_due: true,
        }
    }

    fn intent(n: u64, status: &str, received: u64, refunded: u64) -> Intent {
        let charge = json!({"id": "ch_1", "amount_refunded": refunded});
        serde_json::from_value(json!({
            "id": format!("pi_{n}"), "status": status, "amount": 500, "amount_received": received,
            "currency": "usd", "latest_charge": charge, "metadata": {"reservation": "r", "try": "2"},
        }))
        .expect("an intent")
    }

    /// What comes of it where our books, asked again, give `standing`.
    fn compared_by(sales: &[Sale], intents: &[Intent], standing: &Standing) -> Reconciliation {
        let mut comparison = Comparison::of(sales.to_vec());
        for intent in intents {
            let settled = match comparison.shown(&eu(), intent) {
                None => Vec::new(),
                Some(Doubt::Differs(sale)) => agreement::of_sale(&eu(), &sale, intent, Back::told_by(intent)),
                Some(Doubt::Stray(stray)) => stray
                    .remains(intent, standing)
                    .and_then(|stray| agreement::of_none(&eu(), stray.reservation, stray.order, intent))
                    .into_iter()
                    .collect(),
            };
            comparison.stands(settled);
        }
        comparison.finish()
    }

    fn compared(sales: &[Sale], intents: &[Intent]) -> Reconciliation {
        compared_by(sales, intents, &Standing::Over)
    }

    #[test]
    fn books_that_agree_have_no_differences() {
        let sales = [
            sale(1, Taken::Captured, 0),
            sale(2, Taken::Captured, 200),
            sale(3, Taken::Pending, 0),
            sale(4, Taken::Pending, 0),
            sale(5, Taken::Failed, 0),
            sale(6, Taken::Failed, 0),
        ];
        let mut foreign = intent(9, "succeeded", 700, 0);
        foreign.metadata = None;
        let intents = [
            intent(1, "succeeded", 500, 0),
            intent(2, "succeeded", 500, 200),
            intent(3, "requires_capture", 0, 0),
            intent(4, "succeeded", 500, 0),
            intent(5, "canceled", 0, 0),
            intent(7, "canceled", 0, 0),
            intent(8, "succeeded", 500, 500),
            foreign,
        ];
        let found = compared(&sales, &intents);
        assert!(found.is_clean(), "{found:?}");
        assert_eq!((found.orders, found.intents, found.foreign), (6, 7, 1));
    }

    #[test]
    fn every_difference_is_found() {
        let order = |n| OrderId::new(ShardId(1), 1, n);
        let id = |n: u64| format!("pi_{n}");
        let missing = |n, status: Option<&str>| Difference::MissingCharge {
            order: order(n),
            intent: id(n),
            status: status.map(str::to_owned),
        };
        let extra = |n, reservation: String, kept| Difference::ExtraCharge {
            account: eu(),
            intent: id(n),
            reservation,
            kept,
        };
        let held = |n, reservation: String, order| Difference::HeldCharge {
            account: eu(),
            intent: id(n),
            reservation,
            order,
            held: 500,
        };
        let failed = sale(1, Taken::Failed, 0);
        let failed_reservation = failed.reservation.to_string();
        for (sales, intents, expected) in [
            (vec![sale(1, Taken::Captured, 0)], vec![], missing(1, None)),
            (
                vec![sale(1, Taken::Pending, 0)],
                vec![intent(1, "canceled", 0, 0)],
                missing(1, Some("canceled")),
            ),
            (
                vec![sale(1, Taken::Captured, 0)],
                vec![intent(1, "requires_capture", 0, 0)],
                missing(1, Some("requires_capture")),
            ),
            (vec![], vec![intent(1, "succeeded", 500, 100)], extra(1, "r".to_owned(), 400)),
            (
                vec![failed.clone()],
                vec![intent(1, "succeeded", 500, 0)],
                extra(1, failed_reservation.clone(), 500),
            ),
            (vec![], vec![intent(1, "requires_capture", 0, 0)], held(1, "r".to_owned(), None)),
            (
                vec![failed],
                vec![intent(1, "requires_capture", 0, 0)],
                held(1, failed_reservation, Some(order(1))),
            ),
            (
                vec![sale(1, Taken::Captured, 0)],
                vec![intent(1, "succeeded", 499, 0)],
                Difference::WrongAmount {
                    order: order(1),
                    intent: id(1),
                    expected: "500 usd".to_owned(),
                    taken: "499 usd".to_owned(),
                },
            ),
            (
                vec![sale(1, Taken::Captured, 100)],
                vec![intent(1, "succeeded", 500, 0)],
                Difference::WrongRefund { order: order(1), intent: id(1), expected: 100, refunded: 0 },
            ),
        ] {
            assert_eq!(compared(&sales, &intents).differences, [expected]);
        }
    }

    #[test]
    fn what_our_books_know_of_by_now_is_no_difference() {
        let sold = |n, taken| Standing::Sold(sale(n, taken, 0));
        for (standing, differs) in [
            (Standing::UnderWay { attempt: 2 }, false),
            // An earlier try may still be undone.
            (Standing::UnderWay { attempt: 3 }, false),
            (Standing::UnderWay { attempt: 1 }, true),
            (sold(1, Taken::Pending), false),
            (sold(1, Taken::Captured), false),
            (sold(1, Taken::Failed), true),
            (sold(2, Taken::Captured), true),
            (Standing::Over, true),
        ] {
            for status in ["requires_capture", "succeeded"] {
                let found = compared_by(&[], &[intent(1, status, 500, 0)], &standing);
                assert_eq!(!found.is_clean(), differs, "{status} {standing:?}: {found:?}");
            }
            for status in ["requires_action", "processing", "canceled", "requires_payment_method"] {
                assert!(compared_by(&[], &[intent(1, status, 0, 0)], &standing).is_clean(), "{status}");
            }
        }
    }

    #[test]
    fn an_order_whose_payment_may_have_begun_before_the_period_is_not_missing() {
        let early = Sale { is_due: false, ..sale(1, Taken::Captured, 0) };
        assert!(compared(std::slice::from_ref(&early), &[]).is_clean());
        assert!(!compared(&[early], &[intent(1, "canceled", 0, 0)]).is_clean());
    }
}
