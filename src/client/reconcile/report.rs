//! What a reconciliation came to, in sentences and in JSON.

use payment::reconcile::{Difference, Reconciliation};
use serde_json::{Value, json};

/// For people.
pub(super) fn show(found: &Reconciliation) -> String {
    let mut lines: Vec<String> = found.differences.iter().map(sentence).collect();
    if found.unlisted > 0 {
        lines.push(format!("and {} more", found.unlisted));
    }
    let Reconciliation { orders, intents, foreign, .. } = found;
    let verdict = if found.is_clean() { "the books agree" } else { "the books differ" };
    lines.push(format!("{verdict}: {orders} orders, {intents} payments, {foreign} payments of others"));
    lines.join("\n")
}

fn sentence(difference: &Difference) -> String {
    match difference {
        Difference::MissingCharge { order, intent, status } => {
            let status = status.as_deref().unwrap_or("not there");
            format!("order {order}: its payment {intent} is {status}, and should have been taken")
        }
        Difference::ExtraCharge { account, intent, reservation, kept } => {
            format!(
                "account {account}: the payment {intent} of {kept} for the reservation {reservation} is no order's"
            )
        }
        Difference::HeldCharge { account, intent, reservation, order, held } => {
            let order = match order {
                Some(order) => format!("the cancelled order {order}"),
                None => "no order".to_owned(),
            };
            format!(
                "account {account}: the payment {intent} for the reservation {reservation} holds {held} on a card for {order}"
            )
        }
        Difference::WrongAmount { order, intent, expected, taken } => {
            format!("order {order}: its payment {intent} took {taken} instead of {expected}")
        }
        Difference::WrongRefund { order, intent, expected, refunded } => {
            format!("order {order}: of its payment {intent} went back {refunded} instead of {expected}")
        }
    }
}

/// For programs.
pub(super) fn object(found: &Reconciliation) -> Value {
    let differences: Vec<Value> = found.differences.iter().map(member).collect();
    json!({
        "ok": found.is_clean(),
        "differences": differences,
        "unlisted": found.unlisted,
        "orders": found.orders,
        "payments": found.intents,
        "payments_of_others": found.foreign,
    })
}

fn member(difference: &Difference) -> Value {
    match difference {
        Difference::MissingCharge { order, intent, status } => {
            json!({"kind": "missing_charge", "order_id": order.to_string(), "payment_id": intent, "status": status})
        }
        Difference::ExtraCharge { account, intent, reservation, kept } => json!({
            "kind": "extra_charge", "account": account.to_string(), "payment_id": intent,
            "reservation_id": reservation, "amount": kept,
        }),
        Difference::HeldCharge { account, intent, reservation, order, held } => json!({
            "kind": "held_charge", "account": account.to_string(), "payment_id": intent,
            "reservation_id": reservation, "order_id": order.map(|order| order.to_string()), "amount": held,
        }),
        Difference::WrongAmount { order, intent, expected, taken } => json!({
            "kind": "wrong_amount", "order_id": order.to_string(), "payment_id": intent,
            "expected": expected, "taken": taken,
        }),
        Difference::WrongRefund { order, intent, expected, refunded } => json!({
            "kind": "wrong_refund", "order_id": order.to_string(), "payment_id": intent,
            "expected": expected, "refunded": refunded,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_in_sentences_and_in_members() {
        let order = "0193a0c0-7001-7a3b-8000-3f0c5a1d2e4f".parse().expect("an id");
        let missing = Difference::MissingCharge { order, intent: "pi_1".to_owned(), status: None };
        let held = Difference::HeldCharge {
            account: "eu".parse().expect("a name"),
            intent: "pi_2".to_owned(),
            reservation: "r".to_owned(),
            order: None,
            held: 500,
        };
        let found =
            Reconciliation { differences: vec![missing, held], orders: 1, ..Reconciliation::default() };
        let text = show(&found);
        assert!(
            text.contains("pi_1 is not there")
                && text.contains("pi_2 for the reservation r holds 500 on a card for no order")
                && text.ends_with("the books differ: 1 orders, 0 payments, 0 payments of others"),
            "{text}"
        );
        let object = object(&found);
        assert_eq!(object["differences"][0]["kind"], "missing_charge");
        assert_eq!(object["differences"][1]["order_id"], Value::Null);
        assert_eq!(super::object(&Reconciliation::default())["ok"], true);
    }
}
