//! I1 and I2: never more is held and sold than there is, and no unit is lost or found, at any moment that anybody sees.

use std::collections::HashMap;

use serde_json::Value;

/// A product's stock, as a node showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) node: u64,
    pub(crate) product: String,
    pub(crate) version: u64,
    pub(crate) total: u64,
    pub(crate) available: u64,
    pub(crate) held: u64,
    pub(crate) sold: u64,
}

impl Sample {
    /// Reads an answer; what is missing counts as more than there can be.
    pub(crate) fn read(node: u64, product: &str, stock: &Value) -> Sample {
        let number = |field: &str| stock[field].as_u64().unwrap_or(u64::MAX >> 8);
        Sample {
            node,
            product: product.to_owned(),
            version: number("version"),
            total: number("total"),
            available: number("available"),
            held: number("held"),
            sold: number("sold"),
        }
    }

    fn units(&self) -> [u64; 4] {
        [self.total, self.available, self.held, self.sold]
    }
}

/// What is wrong with `samples` of products that have `stock` units each.
pub(crate) fn violations(samples: &[Sample], stock: u64) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut by_version: HashMap<(&str, u64), &Sample> = HashMap::new();
    for sample in samples {
        if sample.held + sample.sold > stock {
            wrong.push(format!("I1: oversold: {sample:?}"));
        }
        if sample.available + sample.held + sample.sold != stock || sample.total != stock {
            wrong.push(format!("I2: of {stock} units, not all are accounted for: {sample:?}"));
        }
        let first = by_version.entry((&sample.product, sample.version)).or_insert(sample);
        if first.units() != sample.units() {
            wrong.push(format!("I8: one version, two stocks: {first:?} and {sample:?}"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(version: u64, available: u64, held: u64, sold: u64) -> Sample {
        Sample { node: 1, product: "shoe".to_owned(), version, total: 10, available, held, sold }
    }

    #[test]
    fn a_unit_too_many_or_too_few_is_found() {
        assert!(violations(&[sample(1, 10, 0, 0), sample(2, 3, 4, 3)], 10).is_empty());
        assert!(violations(&[sample(1, 0, 6, 5)], 10)[0].starts_with("I1"));
        assert!(violations(&[sample(1, 2, 4, 3)], 10)[0].starts_with("I2"));
        assert!(violations(&[sample(1, 4, 3, 3), sample(1, 3, 4, 3)], 10)[0].starts_with("I8"));
    }
}
