//! I1 and I2 by the product's own books: the audit recounts every reservation and order on every replica.

use serde_json::Value;

/// What is wrong with an audit that `node` gave.
pub(crate) fn violations(node: u64, audit: &Value) -> Vec<String> {
    let mut wrong: Vec<String> = audit["violations"]
        .as_array()
        .map(|found| found.iter().map(|what| format!("the audit of node {node}: {what}")).collect())
        .unwrap_or_default();
    if audit["ok"] != true && wrong.is_empty() {
        wrong.push(format!("the audit of node {node} is neither clean nor says why: {audit}"));
    }
    for product in audit["products"].as_array().into_iter().flatten() {
        let number = |field: &str| product[field].as_u64().unwrap_or(u64::MAX >> 8);
        let (held, sold) = (number("counted_held"), number("counted_sold"));
        if number("available") + held + sold != number("total") {
            wrong.push(format!("I2: recounted, not all units are accounted for: {product}"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_dirty_audit_and_a_false_clean_one_are_found() {
        let product =
            |held: u64| json!({"total": 5, "available": 1, "counted_held": held, "counted_sold": 2});
        let clean = json!({"ok": true, "violations": [], "products": [product(2)]});
        assert!(violations(1, &clean).is_empty());
        assert!(!violations(1, &json!({"ok": false, "violations": ["x"], "products": []})).is_empty());
        assert!(!violations(1, &json!({"ok": false, "violations": [], "products": []})).is_empty());
        assert!(!violations(1, &json!({"ok": true, "violations": [], "products": [product(3)]})).is_empty());
        assert!(!violations(1, &Value::Null).is_empty());
    }
}
