//! What operators look at.

use std::time::Instant;

use bytes::Bytes;
use engine::ProductId;
use engine::snapshot::{OpenAlarms, Payments};
use futures_util::StreamExt;
use gateway::port::{
    AuditReport, ClusterStatus, NoSnapshot, NodeStatus, NotReplaced, Operations, PaymentAudit, PaymentCounts,
    ProductAudit, Replacement, ReplacementShard, ReplacementStage, ReplacementStatus, ShardSnapshot,
};

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

    async fn replace(&self, replacement: Replacement) -> Result<ReplacementStatus, NotReplaced> {
        let Replacement { old, new, .. } = replacement;
        if old == new {
            return Err(NotReplaced::Refused(format!("node {new} cannot take its own place")));
        }
        if old == 1 {
            return Err(NotReplaced::AskAnother);
        }
        let stages = [ReplacementStage::Done, ReplacementStage::CatchingUp { behind: Some(7) }];
        let shards = (0..).zip(stages).map(|(id, stage)| ReplacementShard { id, stage }).collect();
        Ok(ReplacementStatus { old, new, done: false, shards, waiting: None })
    }

    async fn snapshot(&self, shard: u16, _: Instant) -> Result<ShardSnapshot, NoSnapshot> {
        match shard {
            0 => {
                let pieces = [Bytes::from_static(b"a snap"), Bytes::from_static(b"shot")].map(Ok);
                Ok(ShardSnapshot { index: 7, bytes: 10, content: futures_util::stream::iter(pieces).boxed() })
            }
            1 => Err(NoSnapshot::Unavailable),
            _ => Err(NoSnapshot::NoShard),
        }
    }

    async fn audit(&self, product: Option<ProductId>) -> AuditReport {
        let shards = self.shards.lock().expect("no test panics here");
        let captures: Vec<_> = shards.iter().map(engine::Shard::capture).collect();
        let (mut payments, mut alarms) = (Payments::default(), OpenAlarms::default());
        for capture in &captures {
            alarms.append(capture.audit_payments(product.as_ref()).alarms);
        }
        let audits: Vec<_> = captures.iter().flat_map(|capture| capture.audit(product.as_ref())).collect();
        audits.iter().for_each(|audit| payments.add(&audit.payments));
        AuditReport {
            ok: true,
            violations: Vec::new(),
            reached: vec![1],
            not_reached: Vec::new(),
            products: audits.iter().map(of_product).collect(),
            shards: Vec::new(),
            payments: PaymentAudit::new(&payments, alarms),
        }
    }

    fn ready(&self) -> Result<(), String> {
        self.ready.lock().expect("no test panics here").clone()
    }
}

fn of_product(audit: &engine::ProductAudit) -> ProductAudit {
    ProductAudit {
        product_id: audit.product.to_string(),
        node: 1,
        index: 1,
        total: audit.stock.total,
        available: audit.stock.available,
        held: audit.stock.held,
        sold: audit.stock.sold,
        counted_held: audit.counted_held,
        counted_sold: audit.counted_sold,
        orders: audit.orders,
        frozen: audit.frozen,
        payments: PaymentCounts::from(&audit.payments),
    }
}
