//! What `flashsale audit` shows of payments by the provider, and which of them somebody has to look at.

use super::super::shape::{Alarms, AuditReport, OpenAlarm, PaymentAudit, PaymentCounts, Takings};
use super::super::table::Table;

/// Every product that was paid so, all of them together, and the open alarms; nothing if nobody pays so.
pub(super) fn show(report: &AuditReport) -> Option<String> {
    let paid = || report.products.iter().filter(|product| is_any(&product.payments));
    paid().next()?;
    let rows = paid().map(|product| {
        let payments = &product.payments;
        let (orders, refunds) = (&payments.orders, &payments.refunds);
        let counts = [
            product.node,
            payments.paying,
            orders.pending,
            orders.captured,
            orders.failed,
            refunds.pending,
            refunds.failed,
            count(&payments.alarms),
        ];
        let [node, paying, pending, captured, failed, refunding, unrefunded, alarms] =
            counts.map(|count| count.to_string());
        [product.product_id.clone(), node, paying, pending, captured, failed, refunding, unrefunded, alarms]
    });
    let headings = [
        "product",
        "node",
        "paying",
        "to capture",
        "captured",
        "capture failed",
        "refunds pending",
        "refunds failed",
        "alarms",
    ];
    let mut lines = vec![String::new(), "payments by the provider".to_owned()];
    lines.push(Table::new(headings).rows(rows).render());
    lines.extend(report.payments.counts.takings.iter().map(takings));
    lines.extend(alarms(&report.payments));
    lines.push(String::new());
    Some(lines.join("\n"))
}

/// That alarms are open, if any are.
pub(super) fn verdict(payments: &PaymentAudit) -> Option<String> {
    match count(&payments.counts.alarms) {
        0 => None,
        1 => Some("1 payment alarm is open: it is no violation, and somebody has to look at it".to_owned()),
        many => Some(format!(
            "{many} payment alarms are open: they are no violations, and somebody has to look at them"
        )),
    }
}

fn is_any(payments: &PaymentCounts) -> bool {
    let (orders, refunds) = (&payments.orders, &payments.refunds);
    let counts = [orders.pending, orders.captured, orders.failed, refunds.pending, refunds.failed];
    counts.into_iter().chain([payments.paying, count(&payments.alarms)]).any(|count| count > 0)
}

fn count(alarms: &Alarms) -> u64 {
    alarms.unsettled + alarms.compensating + alarms.capture_failed + alarms.refund_returned
}

fn takings(takings: &Takings) -> String {
    let Takings { currency, pending, captured, refunded, refunding } = takings;
    format!(
        "{currency}: {pending} to capture, {captured} captured, {refunded} refunded, {refunding} on its way back"
    )
}

/// The alarms that are named, and how many are not.
fn alarms(payments: &PaymentAudit) -> Option<String> {
    let open = &payments.open_alarms;
    let rows = open.iter().map(|alarm| {
        let OpenAlarm { alarm, reservation_id, product_id, attempt, payment_id } = alarm;
        let payment = payment_id.clone().unwrap_or_default();
        [alarm.clone(), reservation_id.clone(), product_id.clone(), attempt.to_string(), payment]
    });
    let table = Table::new(["ALARM", "reservation", "product", "try", "payment"]).rows(rows).render();
    let more = count(&payments.counts.alarms).saturating_sub(open.len() as u64);
    match (open.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("\n{table}")),
        (false, more) => Some(format!("\n{table}\nand {more} more")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn report(unsettled: u64) -> AuditReport {
        let counts = json!({
            "orders": { "pending": 1, "captured": 2, "failed": 3 },
            "paying": 4,
            "refunds": { "pending": 5, "failed": 6 },
            "takings": [{ "currency": "usd", "pending": 10, "captured": 20, "refunded": 7, "refunding": 3 }],
            "alarms": { "unsettled": unsettled, "compensating": 0, "capture_failed": 0, "refund_returned": 0 },
        });
        let nothing = json!({
            "orders": { "pending": 0, "captured": 0, "failed": 0 },
            "paying": 0,
            "refunds": { "pending": 0, "failed": 0 },
            "takings": [],
            "alarms": { "unsettled": 0, "compensating": 0, "capture_failed": 0, "refund_returned": 0 },
        });
        let product = |id: &str, payments: &Value| {
            json!({
                "product_id": id, "node": 1, "total": 9, "available": 3, "held": 0, "sold": 6, "orders": 6,
                "payments": payments,
            })
        };
        let alarm = json!({ "alarm": "unsettled", "reservation_id": "r-1", "product_id": "shoe", "try": 2, "payment_id": "pi_1" });
        let mut payments = counts.clone();
        payments["open_alarms"] = if unsettled > 0 { json!([alarm]) } else { json!([]) };
        let report = json!({
            "ok": true,
            "violations": [],
            "reached": [1, 2, 3],
            "not_reached": [],
            "products": [product("shoe", &counts), product("book", &nothing)],
            "payments": payments,
        });
        serde_json::from_value(report).expect("a report")
    }

    #[test]
    fn payments_are_counted_and_products_without_any_left_out() {
        let shown = show(&report(0)).expect("there are payments");
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[1], "payments by the provider");
        let row: Vec<&str> = lines[3].split_whitespace().collect();
        assert_eq!(row, ["shoe", "1", "4", "1", "2", "3", "5", "6", "0"]);
        assert_eq!(lines[4], "usd: 10 to capture, 20 captured, 7 refunded, 3 on its way back");
        assert_eq!(lines.len(), 5, "{shown}");
        assert_eq!(verdict(&report(0).payments), None);
    }

    #[test]
    fn open_alarms_are_named_and_told_with_the_verdict() {
        let shown = show(&report(1)).expect("there are payments");
        assert!(shown.contains("ALARM      reservation  product  try  payment"), "{shown}");
        assert!(shown.contains("\nunsettled  r-1          shoe       2  pi_1"), "{shown}");
        assert!(!shown.contains("more"), "{shown}");
        let many = show(&report(7)).expect("there are payments");
        assert!(many.contains("\nand 6 more"), "{many}");
    }

    #[test]
    fn nothing_is_shown_where_nobody_pays_so() {
        let mut report = report(0);
        report.products.remove(0);
        assert_eq!(show(&report), None);
    }
}
