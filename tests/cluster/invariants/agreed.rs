//! I8: replicas have equal state hashes at equal log index.

use std::collections::BTreeSet;

use serde_json::Value;

/// What is wrong with an audit that must compare `replicas` replicas of each of `shards` shards.
pub(crate) fn violations(audit: &Value, shards: usize, replicas: usize) -> Vec<String> {
    let compared = audit["shards"].as_array().cloned().unwrap_or_default();
    let mut wrong = Vec::new();
    if compared.len() != shards {
        wrong.push(format!("I8: of {shards} shards, {} were compared", compared.len()));
    }
    for shard in &compared {
        let hashes: Vec<&Value> = shard["hashes"].as_array().into_iter().flatten().collect();
        let different: BTreeSet<&str> = hashes.iter().filter_map(|hash| hash["hash"].as_str()).collect();
        if shard["index"].is_null() || hashes.len() < replicas {
            wrong.push(format!("I8: not all of {replicas} replicas were compared: {shard}"));
        } else if different.len() != 1 {
            wrong.push(format!("I8: replicas differ: {shard}"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn replicas_that_differ_or_are_not_compared_are_found() {
        let audit = |index: Value, hashes: [&str; 3]| {
            let hashes = hashes.map(|hash| json!({"node": 1, "hash": hash}));
            json!({"shards": [{"shard": 0, "index": index, "hashes": hashes}]})
        };
        assert!(violations(&audit(json!(7), ["a", "a", "a"]), 1, 3).is_empty());
        assert!(!violations(&audit(json!(7), ["a", "b", "a"]), 1, 3).is_empty());
        assert!(!violations(&audit(Value::Null, ["a", "a", "a"]), 1, 3).is_empty());
        assert!(!violations(&audit(json!(7), ["a", "a", "a"]), 1, 4).is_empty());
        assert!(!violations(&audit(json!(7), ["a", "a", "a"]), 2, 3).is_empty());
    }
}
