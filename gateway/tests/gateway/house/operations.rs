//! What operators look at.

use engine::ProductId;
use gateway::port::{AuditReport, ClusterStatus, NodeStatus, Operations, ProductAudit};

use super::{Fault, House};

impl Operations for House {
    async fn cluster(&self) -> ClusterStatus {
        if let Some(Fault::Hang) = self.next_fault() {
            std::future::pending::<()>().await;
        }
        ClusterStatus {
            name: "test".to_owned(),
            answered_by: 1,
            nodes: vec![NodeStatus {
                id: 1,
                http: "http://127.0.0.1:8080".to_owned(),
                peer: "127.0.0.1:9080".to_owned(),
                reachable: true,
                pid: None,
            }],
            shards: Vec::new(),
        }
    }

    async fn audit(&self, product: Option<ProductId>) -> AuditReport {
        let shards = self.shards.lock().expect("no test panics here");
        let all = shards.iter().flat_map(engine::Shard::products);
        let chosen = all.filter(|one| product.as_ref().is_none_or(|product| one.id == *product));
        let products = chosen.map(|one| ProductAudit {
            product_id: one.id.to_string(),
            node: 1,
            index: 1,
            total: one.stock.total,
            available: one.stock.available,
            held: one.stock.held,
            sold: one.stock.sold,
            counted_held: one.stock.held,
            counted_sold: one.stock.sold,
            orders: 0,
            frozen: false,
        });
        AuditReport {
            ok: true,
            violations: Vec::new(),
            reached: vec![1],
            not_reached: Vec::new(),
            products: products.collect(),
            shards: Vec::new(),
        }
    }

    fn ready(&self) -> Result<(), String> {
        self.ready.lock().expect("no test panics here").clone()
    }
}
