//! Whether an intent is what our books have it for.

use engine::OrderId;
use engine::vocabulary::text::AccountName;

use super::difference::Difference;
use super::money::{Back, held, kept, received};
use super::sale::{Sale, Taken};
use crate::client::{Intent, IntentStatus};

/// Where an order and its intent differ.
pub(super) fn of_sale(account: &AccountName, sale: &Sale, intent: &Intent, back: Back) -> Vec<Difference> {
    match (sale.taken, &intent.status) {
        (Taken::Failed, _) => {
            let reservation = sale.reservation.to_string();
            of_none(account, reservation, Some(sale.order), intent).into_iter().collect()
        }
        (_, IntentStatus::Succeeded) => {
            wrong_amount(sale, intent).into_iter().chain(wrong_refund(sale, intent, back)).collect()
        }
        // The saga is about to make them agree.
        (Taken::Pending, IntentStatus::RequiresCapture) => Vec::new(),
        (_, status) => vec![missing(sale, Some(status.word().to_owned()))],
    }
}

/// What is wrong with an intent that nothing is to be taken by: for no order, or for one that is cancelled.
pub(super) fn of_none(
    account: &AccountName,
    reservation: String,
    order: Option<OrderId>,
    intent: &Intent,
) -> Option<Difference> {
    let (account, kept, held) = (account.clone(), kept(intent), held(intent));
    let intent = intent.id.clone();
    if kept > 0 {
        Some(Difference::ExtraCharge { account, intent, reservation, kept })
    } else if held > 0 {
        Some(Difference::HeldCharge { account, intent, reservation, order, held })
    } else {
        None
    }
}

/// The provider has not taken what it should have.
pub(super) fn missing(sale: &Sale, status: Option<String>) -> Difference {
    Difference::MissingCharge { order: sale.order, intent: sale.intent.to_string(), status }
}

fn wrong_amount(sale: &Sale, intent: &Intent) -> Option<Difference> {
    let currency = intent.currency.clone().unwrap_or_else(|| sale.price.currency.to_string());
    let (expected, taken) = (sale.price.to_string(), format!("{} {currency}", received(intent)));
    let (order, intent) = (sale.order, intent.id.clone());
    (expected != taken).then_some(Difference::WrongAmount { order, intent, expected, taken })
}

fn wrong_refund(sale: &Sale, intent: &Intent, back: Back) -> Option<Difference> {
    let (order, intent, expected) = (sale.order, intent.id.clone(), sale.refunded);
    let refunded = back.total();
    (!back.may_be(expected)).then_some(Difference::WrongRefund { order, intent, expected, refunded })
}
